"""When a job's JSON has changed, found without making it: programs ask for it again and again."""

import hashlib

from django.utils.translation import get_language

from jobs.events.progress import progress_of
from jobs.models import Job, State
from jobs.serializers.jobs import JobSerializer

SHAPE = tuple(JobSerializer().fields)
"""Another release may say more of a job that is as it was."""


def of_job(job: Job, host: str, position: int | None) -> str:
    """A weak ETag of all that a job at a position says, but for the estimate of its end."""
    photo = job.photo
    seen = (
        *(SHAPE, host, get_language(), job.pk, job.sequence),
        progress_of(job.pk) if job.state == State.RUNNING else None,
        position,
        *(photo.title, photo.alt, photo.visibility, photo.likes, photo.notes),
        *(photo.look, photo.look_revision, photo.version_id, job.batch_id, job.retried_from_id),
    )
    return f'W/"{hashlib.sha256(repr(seen).encode()).hexdigest()[:32]}"'
