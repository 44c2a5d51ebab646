"""What /metrics shows. Other parts register their figures; health imports none of them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import redis
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import DatabaseError, models
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from colorweb import free_space
from colorweb.health import parts, workers
from colorweb.health.counts import Counter, Histogram, Together

CONTENT_TYPE = CONTENT_TYPE_LATEST


@dataclass(frozen=True)
class Gauge(Collector):
    """Figures that are read at each scrape: `read()` gives one for each value of `label`.

    There is none while the database or the broker that it asks is unavailable.
    """

    name: str
    help: str
    label: str
    read: Callable[[], Mapping[str, float]]

    def describe(self) -> Iterator[GaugeMetricFamily]:
        yield GaugeMetricFamily(self.name, self.help, labels=[self.label])

    def collect(self) -> Iterator[GaugeMetricFamily]:
        family = GaugeMetricFamily(self.name, self.help, labels=[self.label])
        with suppress(DatabaseError, redis.RedisError):
            for value, figure in self.read().items():
                family.add_metric([value], figure)
        yield family


_together = Together()
REGISTRY.register(_together)


def register(*figures: Gauge | Counter | Histogram) -> None:
    """Adds figures to what /metrics shows; for `AppConfig.ready`."""
    for figure in figures:
        if isinstance(figure, Gauge):
            REGISTRY.register(figure)
        else:
            _together.registered.append(figure)


def by_state(model: type[models.Model], *states: models.TextChoices) -> dict[str, float]:
    """How many rows are in each of the states."""
    rows = model._default_manager  # noqa: SLF001 - what Django calls it
    return {state.value: rows.filter(state=state).count() for state in states}


def render() -> bytes:
    """All figures in Prometheus's text format."""
    return generate_latest(REGISTRY)


def _workers() -> dict[str, float]:
    devices = [str(about.get("device", "unknown")) for about in workers.able().values()]
    return {device: devices.count(device) for device in sorted(set(devices))}


def _memory() -> dict[str, float]:
    most: dict[str, float] = {}
    for about in workers.alive().values():
        device = str(about.get("device", "unknown"))
        most[device] = max(most.get(device, 0.0), float(about.get("memory") or 0))
    return most


def _parts() -> dict[str, float]:
    return {name: float(not problem) for name, problem in parts.problems().items()}


def _free() -> dict[str, float]:
    return {name: disk.free for name, disk in _disks()}


def _kept_free() -> dict[str, float]:
    return {name: free_space.kept_free(disk.total) for name, disk in _disks()}


def _disks() -> Iterator[tuple[str, Any]]:
    yield "site", shutil.disk_usage(settings.VAR_DIR)
    with suppress(NotImplementedError, FileNotFoundError):  # S3, or a folder before its first file
        yield "photos", shutil.disk_usage(default_storage.path(""))


GAUGES = (
    Gauge("colorweb_workers", "Processes that can color, by device", "device", _workers),
    Gauge(
        "colorweb_worker_memory_bytes", "The most that a process that colors had", "device", _memory
    ),
    Gauge("colorweb_part_up", "Whether each part of the site works, as /readyz", "part", _parts),
    Gauge("colorweb_disk_free_bytes", "Free on the disks of this machine", "disk", _free),
    Gauge("colorweb_disk_kept_free_bytes", "What uploads must leave free", "disk", _kept_free),
)
