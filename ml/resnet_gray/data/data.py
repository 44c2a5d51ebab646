"""Photos to learn from: read, checked, and held in memory as 8-bit Lab.

A broken photo is named and counted, never fatal; a photo without color teaches nothing and is
dropped and counted. Photos that do not fit in memory are read again whenever they are needed.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from ml.resnet_gray.network.bins import histogram

from . import memory
from .decoding import decode
from .sources import DataError, Place, Source, find

__all__ = ["DataError", "Photos", "find", "load", "to_lab8"]

MIN_CHROMA = 3.0  # mean of sqrt(a^2 + b^2) under which a photo counts as black and white
HISTOGRAM_PHOTOS = 50_000  # enough to tell which colors there are
SHARE_OF_MEMORY = 0.5  # of what is available: the rest is for the network and for others

Lab8 = np.ndarray  # uint8 H,W,3 as OpenCV makes it: L * 2.55, a + 128, b + 128


def to_lab8(rgb: np.ndarray) -> Lab8:
    """8-bit Lab of 8-bit sRGB: within two levels of ``lab.rgb_to_lab``, gray exactly gray."""
    return cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)


def mean_chroma(lab8: Lab8) -> float:
    """Mean of sqrt(a^2 + b^2)."""
    ab = lab8[:, :, 1:].astype(np.float32) - 128
    return float(np.hypot(ab[..., 0], ab[..., 1]).mean())


class Shard:
    """Photos in order: those that fit in memory are held, the others read again each time."""

    def __init__(self, short_side: int = 256, free_bytes: float = 0) -> None:
        """``free_bytes``: bytes that may be held."""
        self.short_side, self.free_bytes = short_side, free_bytes
        self._items: list[Lab8 | Place] = []

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, index: int) -> Lab8:
        item = self._items[index]
        if not isinstance(item, Place):
            return item
        try:
            return to_lab8(decode(item.read(), self.short_side))
        except Exception as error:  # it was readable when the set was looked through
            raise DataError(f"{item.path} changed while it was being used: {error}") from error

    def __iter__(self) -> Iterator[Lab8]:
        return (self[i] for i in range(len(self)))

    def add(self, lab8: Lab8, place: Place | None) -> None:
        """Puts a photo at the end. Raises DataError for one that must be held and does not fit."""
        if lab8.nbytes <= self.free_bytes:
            self.free_bytes -= lab8.nbytes
            self._items.append(lab8)
        elif place:
            self._items.append(place)
        else:
            raise DataError("a compressed tar does not fit in memory; unpacked, it need not")

    def pick(self, indices: Iterable[int]) -> "Shard":
        """Some of the photos."""
        part = Shard(self.short_side)
        part._items = [self._items[i] for i in indices]
        return part

    @property
    def streamed(self) -> int:
        """How many photos are not held."""
        return sum(isinstance(item, Place) for item in self._items)


@dataclass
class Photos:
    """A set of photos, and what was left out of it."""

    lab: Shard = field(default_factory=Shard)
    names: list[str] = field(default_factory=list)
    prints: list[bytes] = field(default_factory=list)  # SHA-256 of each photo's file
    broken: dict[str, str] = field(default_factory=dict)  # name -> reason
    gray: list[str] = field(default_factory=list)  # names
    others: list[str] = field(default_factory=list)  # names of files that are no photos

    def __len__(self) -> int:
        return len(self.names)

    @property
    def fingerprint(self) -> str:
        """Of the names and contents: the same set has the same."""
        digest = hashlib.sha256()
        for name, of_content in zip(self.names, self.prints, strict=True):
            digest.update(name.encode() + of_content)
        return digest.hexdigest()

    def summary(self) -> str:
        """One line for people."""
        line = f"{len(self)} photos, {len(self.gray)} without color left out"
        if self.broken:
            name, reason = next(iter(self.broken.items()))
            line += f", {len(self.broken)} broken (the first: {name}: {reason})"
        if self.others:
            endings = ", ".join(sorted({Path(name).suffix or name for name in self.others})[:5])
            line += f", {len(self.others)} other files left out ({endings})"
        if self.lab.streamed:
            line += f", {self.lab.streamed} read again each time for lack of memory"
        return line

    def colors(self) -> Tensor:
        """Histogram 256,256 of the ab values (see ``bins.histogram``) of evenly chosen photos."""
        counts = torch.zeros(256, 256, dtype=torch.long)
        for i in range(0, len(self), -(-len(self) // HISTOGRAM_PHOTOS)):
            ab8 = self.lab[i][::2, ::2, 1:]
            counts += histogram(torch.from_numpy(ab8.astype(np.int16) - 128))
        return counts

    def split(self, every: int, at_most: int) -> tuple["Photos", "Photos"]:
        """Photos to train on, and held out from them every ``every``-th, at most ``at_most``."""
        held_out = range(every - 1, len(self), every)[:at_most]
        return self.pick([i for i in range(len(self)) if i not in held_out]), self.pick(held_out)

    def pick(self, indices: Sequence[int]) -> "Photos":
        """Some of the photos."""
        names, prints = [self.names[i] for i in indices], [self.prints[i] for i in indices]
        return Photos(self.lab.pick(indices), names, prints, self.broken, self.gray, self.others)


def load(
    paths: Sequence[Path | str],
    *,
    short_side: int = 256,
    limit: int | None = None,
    free_bytes: float | None = None,
    workers: int | None = None,
    progress: Callable[[Iterable], Iterable] = iter,
) -> Photos:
    """All photos of ``paths``. Raises DataError where none can be used.

    ``free_bytes`` is how many bytes of them may be held in memory, by default a half of what is
    available; ``workers`` how many threads decode; ``progress`` may wrap the iterable over the
    photos (a bar).
    """
    shard = Shard(
        short_side, memory.available() * SHARE_OF_MEMORY if free_bytes is None else free_bytes
    )
    photos = Photos(shard)

    def prepare(source: Source) -> tuple[Source, Lab8 | str]:
        try:
            return source, to_lab8(decode(source.content, short_side))
        except Exception as error:  # noqa: BLE001 (decoders raise what they like)
            return source, str(error) or type(error).__name__

    with ThreadPoolExecutor(workers or os.cpu_count()) as pool:
        found = _ahead(pool, prepare, find(paths, others=photos.others))
        for (name, content, place), lab in progress(found):
            if isinstance(lab, str):
                photos.broken[name] = lab
            elif mean_chroma(lab) < MIN_CHROMA:
                photos.gray.append(name)
            else:
                shard.add(lab, place)
                photos.names.append(name)
                photos.prints.append(hashlib.sha256(content).digest())
            if limit and len(photos) >= limit:
                break
    if not photos.names:
        places = ", ".join(map(str, paths))
        raise DataError(f"no color photo to learn from in {places} ({photos.summary()})")
    return photos


def _ahead(pool: ThreadPoolExecutor, work: Callable, items: Iterable, depth: int = 64) -> Iterator:
    """``pool.map`` that does not run through a large set before the first result is taken."""
    waiting = []
    for item in items:
        waiting.append(pool.submit(work, item))
        if len(waiting) >= depth:
            yield waiting.pop(0).result()
    for future in waiting:
        yield future.result()
