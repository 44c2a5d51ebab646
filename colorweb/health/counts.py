"""What all processes of the site count together: kept in the broker, shown by any web process.

A process adds what it has counted every few seconds, so counting costs no more than an addition.
A broker that loses everything lets all counts begin at 0 again, as Prometheus expects of a restart.
"""

from __future__ import annotations

import atexit
import json
import logging
import threading
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

import redis
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from colorweb import broker

log = logging.getLogger(__name__)

KEY = "colorweb:counts"
EVERY = 5.0  # seconds
QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper ends of buckets, in seconds: of requests."""
SLOW = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0)
"""Of photos' stages, and of tasks."""


class _Pending:
    """What this process has counted and not yet added to the broker's counts."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._amounts: dict[str, float] = {}
        self._thread: threading.Thread | None = None

    def add(self, amounts: Mapping[str, float]) -> None:
        with self._lock:
            for field, amount in amounts.items():
                self._amounts[field] = self._amounts.get(field, 0.0) + amount
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="counts", daemon=True)
                self._thread.start()
                atexit.register(self.publish)

    def publish(self) -> None:
        """Add it all; a broker that is unavailable gets it the next time."""
        with self._lock:
            amounts, self._amounts = self._amounts, {}
        if not amounts:
            return
        try:
            with broker.client().pipeline(transaction=False) as pipeline:
                for field, amount in amounts.items():
                    pipeline.hincrbyfloat(KEY, field, amount)
                pipeline.execute()
        except (redis.RedisError, OSError) as error:
            log.debug("Counts were not added; next try soon: %s", error)
            self.add(amounts)

    def _run(self) -> None:
        timer = threading.Event()
        while not timer.wait(EVERY):
            self.publish()


_pending = _Pending()


class Counter:
    """Events, by the values of labels; none of them may have more than some hundred values."""

    def __init__(self, name: str, help: str, *labels: str) -> None:  # noqa: A002 - the field's word
        self.name, self.help, self.labels = name, help, labels

    def add(self, *values: str, amount: float = 1.0) -> None:
        """Count so many events more."""
        _pending.add({_field(self.name, values): amount})

    def family(self, counts: Counts) -> Metric:
        """All events, as /metrics shows them."""
        family = CounterMetricFamily(self.name, self.help, labels=self.labels)
        for values, total in counts.of(self.name):
            family.add_metric(values, total)
        return family


class Histogram:
    """Seconds that something took, by the values of labels."""

    def __init__(self, name: str, help: str, *labels: str, ends: Sequence[float] = SLOW) -> None:  # noqa: A002
        self.name, self.help, self.labels, self.ends = name, help, labels, ends

    def observe(self, seconds: float, *values: str) -> None:
        """Count one that took so long."""
        bucket = bisect_left(self.ends, seconds)
        _pending.add(
            {
                _field(f"{self.name}:{bucket}", values): 1.0,
                _field(f"{self.name}:sum", values): seconds,
            }
        )

    def family(self, counts: Counts) -> Metric:
        """All of them, as /metrics shows them."""
        family = HistogramMetricFamily(self.name, self.help, labels=self.labels)
        found = [dict(counts.of(f"{self.name}:{each}")) for each in range(len(self.ends) + 1)]
        for values, total in counts.of(f"{self.name}:sum"):
            buckets, below = [], 0.0
            for end, bucket in zip([*map(str, self.ends), "+Inf"], found, strict=True):
                below += bucket.get(values, 0.0)
                buckets.append((end, below))
            family.add_metric(values, buckets, total)
        return family


class Counts:
    """The broker's counts, read at once."""

    def __init__(self) -> None:
        _pending.publish()
        self._series: dict[str, list[tuple[tuple[str, ...], float]]] = {}
        try:
            found = cast("dict[str, str]", broker.client().hgetall(KEY))
        except (redis.RedisError, OSError):
            return
        for field, total in sorted(found.items()):
            name, *values = json.loads(field)
            self._series.setdefault(name, []).append((tuple(values), float(total)))

    def of(self, name: str) -> list[tuple[tuple[str, ...], float]]:
        """The values of the labels and the count of each series with a name."""
        return self._series.get(name, [])


class Together(Collector):
    """All registered counters and histograms, for one look into the broker at each scrape."""

    def __init__(self) -> None:
        self.registered: list[Counter | Histogram] = []

    def describe(self) -> Iterator[Metric]:
        return iter(())

    def collect(self) -> Iterator[Metric]:
        counts = Counts()
        for each in self.registered:
            yield each.family(counts)


def _field(name: str, values: Sequence[str]) -> str:
    return json.dumps([name, *values])
