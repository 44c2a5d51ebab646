"""Places: how much of a kind may be under way at a time in this process, for each of several keys.

Counted in memory: exact for one process, free of anything that could be unavailable, and given back
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
        self._lock = threading.Lock()

    def take(self, limits: Mapping[str, int]) -> Place | None:
        """A place under each key of `limits`; None if one of them has no more than its limit."""
        with self._lock:
            if any(self._taken[key] >= limit for key, limit in limits.items()):
                return None
            self._taken.update(limits.keys())
        return Place(self, tuple(limits))

    def taken(self, key: str) -> int:
        """How many places of a key are taken."""
        return self._taken[key]

    def give_back(self, keys: tuple[str, ...]) -> None:
        """End one of `take`; `Place.release` calls it."""
        with self._lock:
            self._taken.subtract(keys)
            for key in keys:
                if not self._taken[key]:
                    del self._taken[key]


class Place:
    """A place that is taken, until `release` or the end of a `with` block."""

    def __init__(self, places: Places, keys: tuple[str, ...]) -> None:
        self._places, self._keys = places, keys

    def release(self) -> None:
        """Give the place back; a second time changes nothing."""
        keys, self._keys = self._keys, ()
        self._places.give_back(keys)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()
