"""Mended photos whose owners allow learning from them, as a tar for `manage.py evaluate --mends`.

Of each photo the version in use counts: `ID.jpg`, as the network sees it and larger, and
`ID.hints.json`, `{"hints": [{x, y, a, b, radius}]}` with places in fractions of that picture.
"""

import json
import tarfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, cast

from django.core.files.storage import default_storage
from django.db.models import F, QuerySet
from PIL import Image

from jobs.models import Job
from jobs.photos.intake import LIMITS
from ml.imaging import geometry, photos

SIDE = 1024
"""The longest side of the pictures, pixels."""


def allowed() -> QuerySet[Job]:
    """Versions in use with points that their owners have set, where these allow it now."""
    shown = Job.objects.filter(photo__version=F("pk"), photo__trashed_at=None)
    theirs = shown.filter(photo__owner__mends_for_learning__isnull=False).exclude(hints=[])
    return theirs.select_related("photo").order_by("photo_id")


def write(target: Path, progress: Callable[[], object]) -> list[str]:
    """Write the tar, whole or not at all; the ids of photos that could not be read.

    `progress` is called after each photo.
    """
    unread, part = [], target.with_name(f"{target.name}.part")
    try:
        with tarfile.open(part, "w") as tar:
            for job in allowed().iterator():
                try:
                    picture, hints = _prepared(job)
                except (OSError, photos.PhotoError):
                    unread.append(str(job.photo_id))
                else:
                    _add(tar, f"{job.photo_id}.jpg", picture)
                    _add(tar, f"{job.photo_id}.hints.json", json.dumps({"hints": hints}).encode())
                progress()
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return unread


def _prepared(job: Job) -> tuple[bytes, list[dict[str, float]]]:
    """The picture that a version's hints lie on, and those that are not cut off."""
    photo, shape = job.photo, geometry.read(job.geometry)
    with default_storage.open(photo.source) as file:
        rgb = photos.read(cast("BinaryIO", file), LIMITS, page=photo.page).rgb
    image = Image.fromarray(shape.apply(rgb))
    image.thumbnail((SIDE, SIDE))
    content = BytesIO()
    image.save(content, "JPEG", quality=95)
    hints = []
    for hint in job.hints:
        x, y = shape.place(hint["x"], hint["y"], photo.width, photo.height)
        if 0 <= x <= 1 and 0 <= y <= 1:
            hints.append({**hint, "x": x, "y": y})
    return content.getvalue(), hints


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    tar.addfile(entry, BytesIO(content))
