"""What /metrics shows. Other parts register their figures; health imports none of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import redis
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from colorweb.health import parts, workers

CONTENT_TYPE = CONTENT_TYPE_LATEST


@dataclass(frozen=True)
class Gauge(Collector):
    """Figures that are read at each scrape: `read()` gives one for each value of `label`."""

    name: str
    help: str
    label: str
    read: Callable[[], Mapping[str, float]]

    def describe(self) -> Iterator[GaugeMetricFamily]:
        yield GaugeMetricFamily(self.name, self.help, labels=[self.label])

    def collect(self) -> Iterator[GaugeMetricFamily]:
        family = GaugeMetricFamily(self.name, self.help, labels=[self.label])
        for value, figure in self.read().items():
            family.add_metric([value], figure)
        yield family


def register(*gauges: Gauge) -> None:
    """Adds gauges to what /metrics shows; for `AppConfig.ready`."""
    for gauge in gauges:
        REGISTRY.register(gauge)


def render() -> bytes:
    """All figures in Prometheus's text format."""
    return generate_latest(REGISTRY)


def _workers() -> dict[str, float]:
    try:
        devices = [str(about.get("device", "unknown")) for about in workers.able().values()]
    except redis.RedisError:
        return {}
    return {device: devices.count(device) for device in sorted(set(devices))}


WORKERS = Gauge("colorweb_workers", "Processes that can color, by device", "device", _workers)


def _parts() -> dict[str, float]:
    return {name: float(not problem) for name, problem in parts.problems().items()}


PARTS = Gauge("colorweb_part_up", "Whether each part of the site works, as /readyz", "part", _parts)
