"""From photos to what a step of training sees: crops, and whole photos to measure on.

Training batches hang on nothing but their step, so that a resumed run sees what it would have
seen, and several processes share one step's photos as a single one would have.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

import cv2
import numpy as np
import torch
from torch import Tensor

from .data import Lab8, Photos

LARGEST_SEEN = 320  # pixels: the short side of the largest photos whose things crops show


def crop(lab8: Lab8, size: int, rng: np.random.Generator) -> Lab8:
    """A random part of a photo at ``size`` x ``size``, perhaps mirrored.

    The part is from a half to all of the short side, so that at 128 px the network sees things as
    large as in whole photos of 128 to 256 px: its colors must not hang on the size a photo comes
    in. Larger crops stop at what is seen in photos of ``LARGEST_SEEN``.
    """
    height, width = lab8.shape[:2]
    side = min(height, width) * _closest(size) ** rng.uniform(-1, 0)
    stretch = 1.25 ** rng.uniform(-0.5, 0.5)
    w, h = min(width, round(side * stretch)), min(height, round(side / stretch))
    x, y = rng.integers(width - w + 1), rng.integers(height - h + 1)
    part = lab8[y : y + h, x : x + w]
    part = cv2.resize(part, (size, size), interpolation=_how(min(w, h) / size))
    return part[:, ::-1] if rng.random() < 0.5 else part


def size_learned(size: int) -> int:
    """The short side, in pixels, of the whole photos that crops of ``size`` teach best: the middle
    of those whose things they show, to a multiple of 32.
    """
    return max(32, round(size * _closest(size) ** 0.5 / 32) * 32)


def _closest(size: int) -> float:
    """How much larger things are in the closest crop than in a whole photo of ``size``."""
    return min(2.0, max(1.0, LARGEST_SEEN / size))


def _how(shrink: float) -> int:
    """Down to a half, two neighbors are enough, at a sixth of the time of the mean of all."""
    if shrink > 2:
        return cv2.INTER_AREA
    return cv2.INTER_LINEAR if shrink > 1 else cv2.INTER_CUBIC


def to_tensors(batch: Sequence[Lab8]) -> tuple[Tensor, Tensor]:
    """L N,1,H,W in 0..100 and ab N,2,H,W, float32, of photos of one size."""
    lab = torch.from_numpy(np.stack([np.stack(cv2.split(lab8)) for lab8 in batch]))
    return lab[:, :1].float().mul_(1 / 2.55), lab[:, 1:].float().sub_(128)


def steps_per_epoch(photos: Photos, batch: int) -> int:
    """Whole batches in an epoch; a set smaller than a batch is one batch."""
    return max(1, len(photos) // batch)


PHOTOS_PER_TASK = 8  # that a thread crops one after another


class BatchRequest(NamedTuple):
    """Which photos of a step, and how large."""

    step: int
    size: int
    part: int = 0  # this one ...
    parts: int = 1  # ... of so many that the step's photos are dealt out to


class Batches:
    """The training batches of a set, the next one made by threads while a step computes."""

    def __init__(self, photos: Photos, batch: int, seed: int, workers: int = 1) -> None:
        """``batch`` photos a step; ``workers`` threads read, decode and crop."""
        self.photos, self.batch, self.seed = photos, batch, seed
        self._pool = ThreadPoolExecutor(workers, "batches")
        self._next: tuple[BatchRequest, list[Future[list[Lab8]]]] | None = None

    def get(self, request: BatchRequest, then: BatchRequest | None = None) -> tuple[Tensor, Tensor]:
        """L N,1,size,size in 0..100 and ab N,2,size,size; ``then`` is what is likely next."""
        coming = self._next[1] if self._next and self._next[0] == request else self._order(request)
        self._next = (then, self._order(then)) if then else None
        return to_tensors([lab8 for some in coming for lab8 in some.result()])

    def _order(self, request: BatchRequest) -> list[Future[list[Lab8]]]:
        epoch, position = divmod(request.step, steps_per_epoch(self.photos, self.batch))
        order = np.random.default_rng((self.seed, epoch)).permutation(len(self.photos))
        chosen = order[position * self.batch : (position + 1) * self.batch]
        seeds = [(self.seed, epoch, position, place) for place in range(len(chosen))]
        ours = list(zip(chosen, seeds, strict=True))[request.part :: request.parts]
        return [
            self._pool.submit(self._crops, ours[start : start + PHOTOS_PER_TASK], request.size)
            for start in range(0, len(ours), PHOTOS_PER_TASK)
        ]

    def _crops(self, some: Sequence[tuple[int, tuple[int, ...]]], size: int) -> list[Lab8]:
        return [crop(self.photos.lab[i], size, np.random.default_rng(seed)) for i, seed in some]


def whole_batches(
    photos: Photos, size: int, stride: int, batch: int = 32
) -> Iterator[tuple[Tensor, Tensor]]:
    """Every photo whole, its short side ``size``, both sides to multiples of ``stride``."""
    shapes: dict[tuple[int, int], list[Lab8]] = {}
    for lab8 in photos.lab:
        height, width = lab8.shape[:2]
        scale = size / min(height, width) / stride
        shape = max(1, round(width * scale)) * stride, max(1, round(height * scale)) * stride
        members = shapes.setdefault(shape, [])
        how = cv2.INTER_AREA if min(height, width) > size else cv2.INTER_CUBIC
        members.append(cv2.resize(lab8, shape, interpolation=how))
        if len(members) == batch:
            yield to_tensors(shapes.pop(shape))
    yield from map(to_tensors, shapes.values())
