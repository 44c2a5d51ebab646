"""How far a training has come, on held-out photos: figures, and pictures to look at.

Photos are measured as people would get them if the training ended now: by the weights file as it
would ship, at its size and with its decoding, whole and at full size. So a check says the same as
``evaluate``, and as the gate.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import nn

from ml.resnet_gray.data.batches import whole_batches
from ml.resnet_gray.data.data import Photos
from ml.resnet_gray.network.colorizer import Colorizer
from ml.resnet_gray.network.networks import Network

from .evaluate import read_kinds, read_photos
from .metrics import RGB
from .one_photo import kind_of, measure_photo
from .photo_figures import PhotoFigures, summary

LOSS_SIZE = 160  # pixels of the short side, for the loss
MAX_PHOTOS = 200  # measured of each set
SAMPLES = 8  # photos
SAMPLE_SIDE = 256  # pixels


@dataclass(frozen=True)
class HeldOut:
    """Photos that a training does not see: to compute on, and where their files are.

    ``names`` are those of ``data`` that are held out; None: all. ``against`` is the model in
    service, for the pictures.
    """

    photos: Photos
    data: Sequence[Path | str]
    names: frozenset[str] | None = None
    against: Path | None = None

    def __iter__(self) -> Iterator[tuple[str, str, RGB]]:
        """Name, kind and pixels of those that are measured: the first so many of each set."""
        kinds, counts = read_kinds(self.data), Counter[str]()
        for name, rgb in read_photos(self.data, None, []):
            if self.names is not None and name not in self.names:
                continue
            counts[of := name.partition("/")[0] if "/" in name else ""] += 1
            if counts[of] <= MAX_PHOTOS:
                yield name, kind_of(name, kinds), rgb


def measure(colorizer: Colorizer, held_out: HeldOut) -> dict[str, Any]:
    """The figures of a ``check`` line (see ``run_folder``), but for the loss."""
    rows = [measure_photo(colorizer, *photo)[0] for photo in held_out]
    return {**as_check(rows), "size": colorizer.default_size, "each": rows}


def as_check(rows: Sequence[PhotoFigures]) -> dict[str, Any]:
    """Means over photos, in the words of a ``check`` line."""
    found = summary(rows)
    return {
        "photos": found["photos"],
        "mse": found["mean"]["mse"],
        "of_gray": found["of_gray"],
        "true_colorfulness": found["truth"]["colorfulness"],
        "mean": found["mean"],
        "shown": found["shown"],
    }


def for_card(figures: dict[str, Any]) -> dict[str, Any]:
    """What of a check stays with the weights."""
    return {name: value for name, value in figures.items() if name != "each"}


@torch.inference_mode()
def loss_of(net: Network, photos: Photos, loss: nn.Module) -> float:
    """The loss as in training, without dropout."""
    lost, device = 0.0, next(net.parameters()).device
    for lightness, ab in whole_batches(photos, LOSS_SIZE, net.stride):
        answer = net.predict(lightness.to(device))
        lost += float(loss(answer, ab.to(device))[0]) * len(ab)
    return lost / len(photos)


class Samples:
    """A few held-out photos, colored again at every check."""

    def __init__(self, held_out: HeldOut) -> None:
        photos = [rgb for _name, _kind, rgb in held_out]
        step = max(1, len(photos) // SAMPLES)
        self.photos = [_square(rgb) for rgb in photos[::step][:SAMPLES]]
        against = held_out.against
        self.others = self._colored(Colorizer(against)) if against else None

    def write(self, path: Path, colorizer: Colorizer) -> None:
        """A PNG with a row for each: gray, colored now, by the model in service, true."""
        columns = [
            [_gray(rgb) for rgb in self.photos],
            self._colored(colorizer),
            *([self.others] if self.others else []),
            self.photos,
        ]
        sheet = np.vstack([np.hstack(row) for row in zip(*columns, strict=True)])
        path.parent.mkdir(exist_ok=True)
        part = path.with_name(f".{path.name}")
        part.write_bytes(cv2.imencode(".png", cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR))[1].tobytes())
        part.replace(path)

    def _colored(self, colorizer: Colorizer) -> list[RGB]:
        return [colorizer.colorize(rgb.copy()) for rgb in self.photos]


def _gray(rgb: RGB) -> RGB:
    lightness = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.cvtColor(lightness, cv2.COLOR_GRAY2RGB), np.uint8)


def _square(rgb: RGB) -> RGB:
    """The middle of a photo at ``SAMPLE_SIDE`` x ``SAMPLE_SIDE``."""
    height, width = rgb.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    part = rgb[top : top + side, left : left + side]
    how = cv2.INTER_AREA if side > SAMPLE_SIDE else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(part, (SAMPLE_SIDE, SAMPLE_SIDE), interpolation=how), np.uint8)
