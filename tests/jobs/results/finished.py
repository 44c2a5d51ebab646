"""Finished jobs, and files made from their results."""

from datetime import timedelta
from io import BytesIO

import numpy as np
from django.core.files.storage import default_storage
from django.db.models.functions import Now
from django.test import Client
from PIL import Image

from colorweb import broker
from colorweb.testing import pictures
from jobs.models import Job, Rendition, State
from jobs.queue import claims, states
from jobs.results import renditions
from jobs.results.rendering import make as make_file
from jobs.storage import files
from ml.imaging.chroma import Chroma, render

NATURAL = np.full((6, 8, 2), 6, np.float32)
BALANCED = np.full((6, 8, 2), 14, np.float32)


def send(content: bytes | None = None, **fields) -> Job:
    """A photo sent to the API by a new guest."""
    upload = pictures.upload(content=content)
    answer = Client().post("/api/v1/jobs/", {"image": upload, **fields})
    return Job.objects.get(pk=answer.json()["id"])


def colored(job: Job) -> Job:
    """A queued job as the worker leaves it, with colors made by hand."""
    claims.claim("test")
    job.refresh_from_db()
    chroma = Chroma(NATURAL, BALANCED)
    with files.new_file(job.file("colors")) as file:
        file.write(chroma.to_png())
    with files.new_file(job.file("result")) as file:
        Image.fromarray(render(gray(), chroma, job.vividness)).save(file, "JPEG")
    states.change(job.pk, State.SUCCEEDED, fence=job.attempt, result=job.file("result"))
    job.refresh_from_db()
    broker.client().delete("gpu")
    return job


def gray() -> np.ndarray:
    return np.repeat(pictures.scene()[..., None], 3, axis=2)


def made(rendition: Rendition) -> Image.Image:
    """The picture, after a worker has been here."""
    claimed = renditions.claim()
    assert claimed == rendition
    assert renditions.finish(claimed, make_file(claimed, lambda _: None))
    rendition.refresh_from_db()
    with default_storage.open(rendition.file) as file:
        return Image.open(BytesIO(file.read()))


def expire(rendition: Rendition) -> None:
    """Let its worker's lease run out."""
    past = Now() - timedelta(seconds=1)
    Rendition.objects.filter(pk=rendition.pk).update(lease_until=past)


def files_of(row: Job | Rendition) -> list[str]:
    """Storage names in the photo's folder that begin with this row's."""
    job = row.job if isinstance(row, Rendition) else row
    key = f"{job.pk}-{row.pk}" if isinstance(row, Rendition) else str(job.pk)
    _, names = default_storage.listdir(job.photo.folder)
    return [f"{job.photo.folder}/{name}" for name in names if name.startswith(key)]
