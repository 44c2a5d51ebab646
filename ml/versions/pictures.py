"""The photos of a comparison, each in gray, by both versions and true: one zip in the storage."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from django.core.files import File
from django.core.files.storage import default_storage
from PIL import Image

SIDES = ("gray", "theirs", "ours", "true")
TILE = 96  # pixels of each picture on a tile
QUALITY = 88


def store(name: str, ours: Path, theirs: Path, target: Path) -> None:
    """Pack two folders that `evaluate --pictures` wrote as `target`, and store that as `name`."""
    with zipfile.ZipFile(target, "w") as packed:  # JPEGs do not get smaller
        for number, pictures in enumerate(_photos(ours, theirs)):
            for side, content in pictures.items():
                packed.writestr(f"{number}/{side}.jpg", content)
            packed.writestr(f"{number}/tile.jpg", _tile(pictures))
    with target.open("rb") as file:
        default_storage.save(name, File(file))


def read(name: str, number: int, side: str) -> bytes:
    """One picture as a JPEG: of `SIDES`, or the `tile` of all. Raises LookupError, OSError."""
    with default_storage.open(name) as file, zipfile.ZipFile(file) as packed:
        return packed.read(f"{number}/{side}.jpg")


def _photos(ours: Path, theirs: Path) -> Iterator[dict[str, bytes]]:
    for shown in sorted(ours.glob("*-shown.jpg")):
        true = shown.with_name(shown.name.replace("shown", "true"))
        yield {
            "gray": _gray(true),
            "theirs": (theirs / shown.name).read_bytes(),
            "ours": shown.read_bytes(),
            "true": true.read_bytes(),
        }


def _gray(true: Path) -> bytes:
    with Image.open(true) as image:
        return _jpeg(image.convert("L"))


def _tile(pictures: dict[str, bytes]) -> bytes:
    """All of them beside each other, small."""
    tile = Image.new("RGB", (TILE * len(SIDES), TILE), "white")
    for place, side in enumerate(SIDES):
        with Image.open(io.BytesIO(pictures[side])) as image:
            image.thumbnail((TILE, TILE))
            left = place * TILE + (TILE - image.width) // 2
            tile.paste(image.convert("RGB"), (left, (TILE - image.height) // 2))
    return _jpeg(tile)


def _jpeg(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()
