"""Places: how much of a kind may be under way at a time in this process, for each of several keys.

Counted in memory: exact for one process, free of anything that could be unavailable, and released
when the process ends. With several web processes each has its own.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from types import TracebackType
from typing import Self


class Places:
    """The places of one kind that are taken. Safe for threads."""

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()
        self._changed = threading.Condition()

    def take(self, limits: Mapping[str, int], *, timeout: float = 0) -> Place | None:
        """A place under each key of `limits`; None if one of them has no more than its limit, and
        gets no free one within `timeout` seconds."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._are_free(limits), timeout):
                return None
            self._taken.update(limits.keys())
        return Place(self, tuple(limits))

    def _are_free(self, limits: Mapping[str, int]) -> bool:
        return all(self._taken[key] < limit for key, limit in limits.items())

    def end(self, keys: tuple[str, ...]) -> None:
        """End one of `take`; `Place.release` calls it."""
        with self._changed:
            self._taken.subtract(keys)
            self._taken += Counter()  # forgets what is zero
            self._changed.notify_all()


class Place:
    """A place that is taken, until `release` or the end of a `with` block."""

    def __init__(self, places: Places, keys: tuple[str, ...]) -> None:
        self._places, self._keys = places, keys

    def release(self) -> None:
        """Release the place; a second time changes nothing."""
        keys, self._keys = self._keys, ()
        self._places.end(keys)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()
