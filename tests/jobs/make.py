"""Rows for tests that need no pictures."""

import uuid
from datetime import timedelta
from typing import Any

from django.db.models.functions import Now

from jobs.models import Job, Photo, State
from jobs.photos import visibility
from jobs.queue import fair_share

GUEST = "a" * 32


def photo(guest: str = GUEST, **fields: Any) -> Photo:
    """A photo's row, without files."""
    usual = {
        "name": "a.jpg",
        "source": f"photos/{uuid.uuid4()}/source.jpg",
        "format": "jpeg",
        "bytes": 1,
        "width": 640,
        "height": 480,
        "sha256": "0" * 64,
    }
    return Photo.objects.create(guest=guest, **usual | fields)


def job(owner: str = "address:1", frame: str = "256x256", **fields: Any) -> Job:
    """A queued job of `owner`, in its turn."""
    fields.setdefault("photo", None)
    fields["photo"] = fields["photo"] or photo()
    return fair_share.enqueue(Job(queue_owner=owner, frame=frame, **fields))


def published(**fields: Any) -> Job:
    """A finished job whose photo is in the gallery, without files."""
    new = job(photo=photo(**fields))
    Job.objects.filter(pk=new.pk).update(state=State.SUCCEEDED, stage="done")
    done = Job.objects.get(pk=new.pk)
    visibility.publish(done)
    return done


def expire(*jobs: Job) -> None:
    """Let the leases of running jobs run out."""
    ids = [job.pk for job in jobs]
    Job.objects.filter(pk__in=ids).update(lease_until=Now() - timedelta(seconds=1))
