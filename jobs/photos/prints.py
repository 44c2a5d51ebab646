"""Prints that lie on a scan: where their corners are, and each of several as a photo of its own."""

from pathlib import PurePath

import numpy as np
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from PIL import Image

from colorweb.accounts.visitors import Visitor
from jobs.models import Job
from jobs.photos import intake
from jobs.storage import files
from ml.imaging import prints
from ml.imaging.geometry import Geometry
from ml.imaging.prints import Corners

MAX_PRINTS = 12
KEPT_SECONDS = 24 * 3600


def on(job: Job) -> list[Corners]:
    """The corners of the prints on a version as it is shown; none on most photos."""
    key = f"prints:{job.pk}"
    found: list[Corners] | None = cache.get(key)
    if found is None:
        found = _find(files.name_of(job, "gray_card"))[:MAX_PRINTS]
        cache.set(key, found, KEPT_SECONDS)
    return found


def split(job: Job, visitor: Visitor) -> list[Job]:
    """The first jobs of new photos, one for each print on this scan, which stays as it is.

    Raises DomainError where a limit is exceeded; those before it are made.
    """
    photo, jobs, found = job.photo, [], on(job)
    if not found:
        return []
    name = PurePath(photo.name)
    with default_storage.open(photo.source) as source:
        for number, corners in enumerate(found, start=1):
            upload = UploadedFile(source, f"{name.stem}-{number}{name.suffix}", size=photo.bytes)
            cut_out = Geometry(corners=corners).json
            jobs.append(
                intake.accept(upload, visitor, intake.Options(geometry=cut_out, page=photo.page))
            )
    return jobs


def _find(name: str) -> list[Corners]:
    try:
        with default_storage.open(name) as file, Image.open(file) as picture:
            return prints.find(np.asarray(picture.convert("L")))
    except OSError:  # a suggestion is not worth a page
        return []
