"""A row of the table, and how times are taken."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from ml.imaging import children


@dataclass(frozen=True, slots=True)
class Row:
    """One measured thing and what it is measured against."""

    what: str
    value: str
    against: str = ""
    ratio: str = ""
    aim: str = ""


def times(functions: dict[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Median milliseconds of processor time of each function, with what decodes photos for it.

    Each round runs all of them, one after another, so that they meet the same machine; processor
    time, because another process must not count. Everything runs in one thread.
    """
    taken: dict[str, list[float]] = {name: [] for name in functions}
    for turn in range(repeats + 1):
        for name, function in functions.items():
            start = _processor_seconds()
            function()
            if turn:  # the first round warms caches
                taken[name].append((_processor_seconds() - start) * 1000)
    return {name: median(values) for name, values in taken.items()}


def _processor_seconds() -> float:
    """Of this process, and of those that decode for it (`clock_getcpuclockid` of C)."""
    return time.process_time() + sum(time.clock_gettime(~pid << 3 | 2) for pid in children.idle())


def ms(value: float) -> str:
    """Milliseconds for the table."""
    return f"{value:.0f} ms" if value >= 20 else f"{value:.1f} ms"
