"""How far a model is from what people wanted: the ``--mends`` of ``evaluate``.

Reads a tar as ``manage.py mends`` writes it: photos, and beside each ``NAME.hints.json``.
A preference is not a truth: the figures say where people disagree, and compare two models.
"""

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml.imaging import hints
from ml.imaging.hints import Hint
from ml.resnet_gray.data.data import DataError
from ml.resnet_gray.data.decoding import decode
from ml.resnet_gray.network.colorizer import Colorizer

from .metrics import RGB

HINTS = ".hints.json"
Map = NDArray[Any]


def measure_mends(colorizer: Colorizer, path: Path, size: int | None = None) -> dict[str, Any]:
    """``{photos, points, error, within_10, within_20, gray}``: the mean distance in a and b between
    what the model shows at the points of people, at vividness 1, and what they chose there; shares
    of points that are nearer; and the mean distance of gray. Raises DataError.
    """
    ours: list[float] = []
    gray: list[float] = []
    photos = 0
    for rgb, points in read_mends(path):
        photos += 1
        shown = colorizer.decode(colorizer.encode(colorizer.frame(rgb, size))).at(1.0)
        for point in points:
            found = _around(shown, point)
            ours.append(float(np.hypot(*(found - (point.a, point.b)))))
            gray.append(float(np.hypot(point.a, point.b)))
    if not ours:
        raise DataError(f"no mended point in {path}")
    distances = np.array(ours)
    return {
        "photos": photos,
        "points": len(ours),
        "error": round(float(distances.mean()), 3),
        "within_10": round(float((distances < 10).mean()), 4),
        "within_20": round(float((distances < 20).mean()), 4),
        "gray": round(float(np.mean(gray)), 3),
    }


def read_mends(path: Path) -> Iterator[tuple[RGB, list[Hint]]]:
    """Each photo, uint8 H,W,3, with its points. Raises DataError."""
    try:
        with tarfile.open(path) as tar:
            members = {member.name: member for member in tar if member.isfile()}
            for name, member in members.items():
                points = members.get(f"{PurePosixPath(name).with_suffix('')}{HINTS}")
                if points is None or points is member:
                    continue
                found = json.loads(_content(tar, points))
                yield decode(_content(tar, member)), hints.read(found["hints"])
    except (OSError, tarfile.TarError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path} is no tar of mended photos: {error}") from error


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(member)
    return file.read() if file else b""


def _around(chroma: Map, point: Hint) -> Map:
    """The mean a, b of a frame H,W,2 within a point's radius."""
    height, width = chroma.shape[:2]
    radius = point.radius * min(height, width) / hints.RADIUS_SIDE
    rows, columns = np.ogrid[:height, :width]
    distance = np.hypot(columns + 0.5 - point.x * width, rows + 0.5 - point.y * height)
    near = distance <= max(radius, float(distance.min()))
    mean: Map = chroma[near].mean(axis=0)
    return mean
