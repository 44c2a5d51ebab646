"""Copies of photos in a data set: resized, compressed again, mirrored, or cut at the edges.

Every photo is known by perceptual hashes of itself and of its middle, which is what a copy cut by
`CUT` a side shows. Hashes find candidates; two sunsets have similar ones, so small pictures are
compared before one is called the other's copy.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

CUT = 0.05  # of each side
SIDE = 24  # pixels of the small pictures
MAX_BITS = 12  # of 64, in which the hashes of copies differ
MAX_DIFFERENCE = 7.0  # of 255, the mean between the small pictures of copies
GROWTH = 1024


@dataclass(frozen=True, slots=True)
class Look:
    """A photo, or a part of it, as copies are recognized by: its hash, and a small picture."""

    hash: int
    small: NDArray[np.uint8]  # SIDE,SIDE,3

    @classmethod
    def of(cls, rgb: NDArray[np.uint8]) -> "Look":
        """Of uint8 H,W,3."""
        small = cv2.resize(rgb, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        return cls(difference_hash(rgb), np.asarray(small, np.uint8))


@dataclass(frozen=True, slots=True)
class Looks:
    """How a photo may come again."""

    whole: Look
    middle: Look
    mirrored: Look
    mirrored_middle: Look

    @classmethod
    def of(cls, rgb: NDArray[np.uint8]) -> "Looks":
        """Of uint8 H,W,3."""
        height, width = rgb.shape[:2]
        down, across = round(CUT * height), round(CUT * width)
        middle = rgb[down : height - down, across : width - across]
        return cls(*(Look.of(part) for part in (rgb, middle, rgb[:, ::-1], middle[:, ::-1])))


def difference_hash(rgb: NDArray[np.uint8]) -> int:
    """64 bits that copies of a photo share, whatever their size and compression (Krawetz 2013)."""
    small = cv2.resize(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), (9, 8), interpolation=cv2.INTER_AREA)
    return int.from_bytes(np.packbits(small[:, 1:] > small[:, :-1]).tobytes(), "big")


class Copies:
    """Photos seen so far: finds the one that another is a copy of."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._wholes = _Shown()
        self._middles = _Shown()

    def first(self, looks: Looks, name: str) -> str | None:
        """The name of the photo that this one is a copy of; None makes it the first of its kind."""
        for ours, theirs in (
            (looks.whole, self._wholes),
            (looks.mirrored, self._wholes),
            (looks.whole, self._middles),
            (looks.mirrored, self._middles),
            (looks.middle, self._wholes),
            (looks.mirrored_middle, self._wholes),
        ):
            if (place := theirs.find(ours)) is not None:
                return self._names[place]
        self._names.append(name)
        self._wholes.add(looks.whole)
        self._middles.add(looks.middle)
        return None


class _Shown:
    """Looks in the order in which they came."""

    def __init__(self) -> None:
        self.count = 0
        self.hashes = np.zeros(0, np.uint64)
        self.smalls = np.zeros((0, SIDE, SIDE, 3), np.uint8)

    def add(self, look: Look) -> None:
        if self.count == len(self.hashes):
            more = max(GROWTH, self.count // 2)
            self.hashes = np.concatenate([self.hashes, np.zeros(more, np.uint64)])
            self.smalls = np.concatenate([self.smalls, np.zeros((more, SIDE, SIDE, 3), np.uint8)])
        self.hashes[self.count] = look.hash
        self.smalls[self.count] = look.small
        self.count += 1

    def find(self, look: Look) -> int | None:
        """The place of the first that shows the same."""
        differing = np.bitwise_count(self.hashes[: self.count] ^ np.uint64(look.hash))
        near = np.flatnonzero(differing <= MAX_BITS)
        if not near.size:
            return None
        off = np.abs(self.smalls[near].astype(np.int16) - look.small).mean((1, 2, 3))
        found = near[off <= MAX_DIFFERENCE]
        return int(found[0]) if found.size else None
