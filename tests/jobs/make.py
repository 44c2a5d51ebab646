"""Rows for tests that need no pictures."""

import uuid
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models.functions import Now

from colorweb.accounts.models import User
from colorweb.accounts.visitors import Visitor
from jobs.models import Job, Photo, State
from jobs.photos import visibility
from jobs.queue import claims, fair_share, states

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


def sender(job: Job) -> Visitor:
    """Whose job it is."""
    address = job.queue_owner.partition(":")[2]
    return Visitor(user=job.photo.owner, guest=job.photo.guest, address=address)


def published(**fields: Any) -> Job:
    """A finished job whose photo is in the gallery, without files."""
    new = job(photo=photo(**fields))
    Job.objects.filter(pk=new.pk).update(state=State.SUCCEEDED, stage="done")
    done = Job.objects.get(pk=new.pk)
    visibility.publish(done)
    return Job.objects.select_related("photo").get(pk=new.pk)


def expire(*jobs: Job) -> None:
    """Let the leases of running jobs run out."""
    ids = [job.pk for job in jobs]
    Job.objects.filter(pk__in=ids).update(lease_until=Now() - timedelta(seconds=1))


def finish(job: Job) -> None:
    """Give a job a result."""
    (running,) = claims.claim("test")
    name = default_storage.save(running.file("result"), ContentFile(b"in color"))
    states.change(job.pk, State.SUCCEEDED, fence=running.attempt, result=name)


def fail(job: Job, code: str = "internal_error") -> Job:
    """A job that was tried and failed."""
    claims.claim("a worker", 100)
    states.change(job.pk, State.FAILED, error_code=code, error_message="Something broke.")
    return job


def public_photo(title: str = "", guest: str = GUEST, **fields: Any) -> Photo:
    """A photo in the gallery, without files."""
    return published(guest=guest, title=title, **fields).photo


def guest(number: int) -> Visitor:
    """A guest of that number."""
    return Visitor(user=None, guest=f"{number:032x}", address="192.0.2.1")


def photo_of(
    user: User, name: str = "old.jpg", state: str = State.SUCCEEDED, **fields: Any
) -> Photo:
    """A photo of the user's with a job in that state, as if it had come by the worker."""
    new = job(photo=photo(guest="", owner=user))
    if state != State.QUEUED:
        Job.objects.filter(pk=new.pk).update(state=State.RUNNING)
    if state not in (State.QUEUED, State.RUNNING):
        states.change(new.pk, state, model_name="resnet-gray-unet")
    Photo.objects.filter(pk=new.photo_id).update(name=name, **fields)
    return Photo.objects.get(pk=new.photo_id)
