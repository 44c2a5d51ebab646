"""Which file this process has decoded next, where several wait: quick for small ones."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

LIGHT = 4_000_000
"""Work in pixels that nobody notices; files of more leave one slot free for those of less."""
MAX_WORK = 400_000_000
"""Work in pixels that is done at once, so that the memory of large photos does not add up."""
SECONDS_A_MEGAPIXEL = 0.1
"""By so much a large file lets later ones go first: a few times what decoding takes."""


class Busy(Exception):
    """There was no slot in time."""


class _Turn:
    def __init__(self, work: int) -> None:
        self.work = work
        self.rank = time.monotonic() + SECONDS_A_MEGAPIXEL * work / 1e6
        self.granted = threading.Event()


class Slots:
    """Room for so many at once."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._waiting: list[_Turn] = []
        self._running: list[_Turn] = []
        self._lock = threading.Lock()

    @contextmanager
    def taken(self, work: int, seconds: float | None = None) -> Iterator[None]:
        """A slot for `work` pixels, waited for up to `seconds`. Raises Busy."""
        turn = _Turn(work)
        with self._lock:
            self._waiting.append(turn)
            self._grant()
        try:
            if not turn.granted.wait(seconds) and not turn.granted.is_set():
                raise Busy
            yield
        finally:
            with self._lock:
                (self._running if turn in self._running else self._waiting).remove(turn)
                self._grant()

    def _grant(self) -> None:
        for turn in sorted(self._waiting, key=lambda each: each.rank):
            if self._fits(turn):
                self._waiting.remove(turn)
                self._running.append(turn)
                turn.granted.set()

    def _fits(self, turn: _Turn) -> bool:
        if len(self._running) >= self._count:
            return False
        heavy = [each.work for each in self._running if each.work > LIGHT]
        if turn.work <= LIGHT or not heavy:
            return True
        return len(heavy) < self._count - 1 and sum(heavy) + turn.work <= MAX_WORK


def count() -> int:
    """Files that this process decodes at a time: one a core, where DECODING_SLOTS says nothing."""
    given = os.environ.get("DECODING_SLOTS", "")
    return int(given) if given.isdecimal() and int(given) else cores()


def cores() -> int:
    """How many this process may use; at least two, so that a small photo passes a large one."""
    return max(2, len(os.sched_getaffinity(0)))
