"""The photos of a comparison one by one: how each fared, in an order, of a kind."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.files.storage import default_storage

from ml.resnet_gray.evaluation.photo_figures import PhotoFigures


@dataclass(frozen=True, slots=True)
class Compared:
    """One photo: its place among those that were measured, and both versions' figures."""

    number: int
    ours: PhotoFigures
    theirs: PhotoFigures

    @property
    def name(self) -> str:
        """Within its set."""
        return self.ours.name.partition("/")[2] or self.ours.name

    @property
    def gain(self) -> float:
        """How much better people see it than with the other version, dB."""
        return self.ours.psnr - self.theirs.psnr


ORDERS: dict[str, Callable[[Compared], Any]] = {
    "worst": lambda photo: photo.ours.psnr,
    "loss": lambda photo: photo.gain,
    "gain": lambda photo: -photo.gain,
    "false": lambda photo: -photo.ours.false_color / max(1, photo.ours.neutral),
    "measured": lambda photo: photo.number,
}


def read(part: dict[str, Any]) -> list[Compared]:
    """Those of a part of an evaluation, as they were measured; none where they were not kept."""
    if not part.get("each"):
        return []
    try:
        with default_storage.open(part["each"]) as file:
            kept = json.load(file)
    except FileNotFoundError:
        return []
    ours = [PhotoFigures.of(row) for row in kept["ours"]]
    theirs = {row[0]: PhotoFigures.of(row) for row in kept["theirs"]}
    return [
        Compared(number, row, theirs[row.name])
        for number, row in enumerate(ours)
        if row.name in theirs
    ]


def chosen(photos: list[Compared], order: str, kind: str = "") -> list[Compared]:
    """Those of a kind, in one of `ORDERS`. Raises KeyError for another."""
    found = [photo for photo in photos if not kind or photo.ours.kind == kind]
    return sorted(found, key=ORDERS[order])


def kinds(photos: list[Compared]) -> list[str]:
    """The kinds of photos there are."""
    return sorted({photo.ours.kind for photo in photos if photo.ours.kind})
