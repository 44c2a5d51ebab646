"""Who may see and do what with a photo, all of it in one table, and a photo in every state."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from colorweb.accounts.models import User
from jobs.models import Album, Archive, Batch, Job, Photo, Rendition, State
from jobs.photos import trash, visibility
from jobs.sharing import links, moderation
from jobs.storage import files
from tests.jobs import make

EVERYBODY = {"owner", "other", "visitor", "staff"}
SEE = {
    "private": {"owner"},
    "unlisted": EVERYBODY,
    "public": EVERYBODY,
    "hidden": {"owner", "staff"},
    "trashed": set(),
}
"""What others are shown: the published colors. Staff look at what they have hidden."""
OWN = {state: {"owner"} for state in SEE} | {"trashed": set()}
"""What only its owner may do, until it lies in the trash."""
OPINION: dict[str, set[str]] = {state: set() for state in SEE} | {"public": EVERYBODY}
"""What anybody may say about a photo in the gallery."""
TRASH: dict[str, set[str]] = {state: set() for state in SEE} | {"trashed": {"owner"}}
ALWAYS_OWN = {state: {"owner"} for state in SEE}
"""What was made for somebody stays theirs until it is deleted with the photo."""

RESULT_WITH_METADATA = "?format=jpeg&keep_metadata=on"

TABLE: list[tuple[str, str, Any, dict[str, set[str]]]] = [
    # method, URL name, what follows the photo's or job's id in the address, who may
    ("GET", "job", "", SEE),
    ("GET", "photo", "", SEE),
    *(("GET", "file", kind, SEE) for kind in (*files.OF_PHOTO, *files.OF_RESULT)),
    ("GET", "rendition", "plain", SEE),
    ("GET", "rendition", "with metadata", OWN),
    ("GET", "job-download", "?format=jpeg", SEE),
    ("GET", "job-download", RESULT_WITH_METADATA, OWN),
    ("GET", "compare", "", OWN),
    ("POST", "photo-like", "", OPINION),
    ("POST", "photo-report", "", OPINION),
    ("POST", "job-cancel", "", OWN),
    ("POST", "job-retry", "", OWN),
    ("POST", "job-again", "", OWN),
    ("POST", "job-caption", "", OWN),
    ("GET", "job-share", "", OWN),
    ("POST", "share-make", "", OWN),
    ("POST", "share-revoke", "", OWN),
    ("POST", "job-publish", "", OWN),
    ("POST", "job-unpublish", "", OWN),
    ("POST", "job-delete", "", OWN),
    ("GET", "archive", "", ALWAYS_OWN),
    ("GET", "archive-file", "", ALWAYS_OWN),
    ("GET", "trash-picture", "", TRASH),
    ("GET", "job-pair", "color", OWN),
    ("POST", "job-look", "", OWN),
    ("POST", "job-turn", "", OWN),
    ("POST", "job-remove", "", OWN),
    ("POST", "job-pages", "", OWN),
    ("POST", "job-split", "", OWN),
    ("POST", "job-use", "", OWN),
    ("GET", "api-photo", "", OWN),
    ("PATCH", "api-photo", "", OWN),
    ("DELETE", "api-photo", "", OWN),
    ("GET", "api-photo-result", "", SEE),
    ("GET", "api-photo-versions", "", OWN),
    ("POST", "api-photo-versions", "", OWN),
    ("DELETE", "api-photo-version", "", OWN),
    ("POST", "api-photo-version-use", "", OWN),
    ("POST", "api-photo-suggestions", "", OWN),
    ("POST", "api-photo-preview", "", OWN),
    ("GET", "api-photo-links", "", OWN),
    ("POST", "api-photo-links", "", OWN),
    ("DELETE", "api-photo-link", "", OWN),
    ("GET", "album", "", ALWAYS_OWN),
    ("POST", "album-change", "", ALWAYS_OWN),
    ("GET", "album-captions", "", ALWAYS_OWN),
    ("GET", "album-slides", "", ALWAYS_OWN),
    ("GET", "album-share", "", ALWAYS_OWN),
    ("POST", "album-share-make", "", ALWAYS_OWN),
    ("POST", "album-share-revoke", "", ALWAYS_OWN),
    ("POST", "album-delete", "", ALWAYS_OWN),
    ("POST", "album-act", "remove", ALWAYS_OWN),
    ("GET", "api-album", "", ALWAYS_OWN),
    ("PATCH", "api-album", "", ALWAYS_OWN),
    ("DELETE", "api-album", "", ALWAYS_OWN),
    ("GET", "api-album-photos", "", ALWAYS_OWN),
    ("PUT", "api-album-photos", "", ALWAYS_OWN),
    ("GET", "api-album-links", "", ALWAYS_OWN),
    ("POST", "api-album-links", "", ALWAYS_OWN),
    ("DELETE", "api-album-link", "", ALWAYS_OWN),
    ("GET", "api-archive", "", ALWAYS_OWN),
    ("GET", "api-batch", "", ALWAYS_OWN),
    ("DELETE", "api-batch", "", ALWAYS_OWN),
    ("POST", "api-batch-cancel", "", ALWAYS_OWN),
    ("GET", "api-batch-jobs", "", ALWAYS_OWN),
    ("GET", "api-trashed", "", TRASH),
    ("DELETE", "api-trashed", "", TRASH),
    ("POST", "api-trash-restore", "", TRASH),
    ("GET", "api-job", "", OWN),
    ("DELETE", "api-job", "", OWN),
    ("POST", "api-job-cancel", "", OWN),
    ("POST", "api-job-retry", "", OWN),
    ("GET", "api-job-result", "", SEE),
    ("GET", "api-job-events", "", SEE),
    ("GET", "api-job-deliveries", "", OWN),
    ("PUT", "api-like", "", OPINION),
    ("DELETE", "api-like", "", OPINION),
]

OF_NO_PHOTO = {
    *("home", "sample", "api-me", "api-models", "api-batches", "api-resend", "api-albums"),
    *("albums", "album-make"),
}
"""Addresses that show nobody's photo but the asker's, or none."""
AREAS = ("account", "api-token", "api-webhook", "api-queue")
"""What the names of pages begin with that are about an account or for the staff: no photo is
named there, and they have tests of their own."""
LISTERS = {
    "gallery": OPINION,
    "api-gallery": OPINION,
    "api-jobs": OWN,
    "api-photos": OWN,
    "history": OWN,
    "trash": TRASH,
    "api-trash": TRASH,
}
"""Addresses that list photos, and who finds a photo there."""
OF_MANY = {
    "album-add",
    "photo-captions",
    "history-act",
    "trash-restore",
    "trash-delete",
    "trash-empty",
    "api-archives",
}
"""Addresses that take ids and pass over those that are not one's own: tested below."""
BY_LINK = {"shared", "shared-picture", "shared-slides", "shared-add"}
"""Addresses with a share link's token in them: tested below."""
BY_PHOTO = {
    *("photo", "compare", "photo-like", "photo-report", "api-like", "trash-picture", "api-photo"),
    *("api-photo-result", "api-photo-versions", "api-photo-links"),
    *("api-photo-suggestions", "api-photo-preview", "api-trashed", "api-trash-restore"),
}
"""Addresses with the photo's id in them, where others have the job's."""
REFUSED = (401, 403, 404)
SAFE = "GET"


def photo_in(state: str, owner: User) -> Job:
    """A colored photo of the owner's in that state, with its files; its job."""
    photo = make.photo(guest="", owner=owner, has_color=True)
    job = make.job(photo=photo, attempt=1)
    Job.objects.filter(pk=job.pk).update(
        state=State.SUCCEEDED, stage="done", result=job.file("result"), finished_at=timezone.now()
    )
    job.refresh_from_db()
    Photo.objects.filter(pk=photo.pk).update(version=job)
    job.photo.refresh_from_db()
    for kind in (*files.OF_PHOTO, *files.OF_RESULT):
        default_storage.save(files.name_of(job, kind), ContentFile(b"x"))
    if state == "unlisted":
        visibility.change(job.photo, state, version=job)
    elif state != "private":
        visibility.publish(job)
    if state == "hidden":
        moderation.hide([photo])
    if state == "trashed":
        trash.put([photo])
    return job


def rendition_of(job: Job, which: str) -> uuid.UUID:
    name = default_storage.save(f"{job.photo.folder}/rendition.jpg", ContentFile(b"x"))
    return Rendition.objects.create(
        job=job,
        format="jpeg",
        vividness=job.vividness,
        long_side=0,
        keep_metadata=which == "with metadata",
        state=Rendition.State.READY,
        file=name,
        wanted_at=timezone.now(),
    ).pk


def archive_of(job: Job) -> uuid.UUID:
    made = Archive.objects.create(
        owner=job.photo.owner,
        state=Archive.State.READY,
        total=1,
        file=default_storage.save("archives/photos.zip", ContentFile(b"x")),
        expires_at=timezone.now() + timedelta(hours=1),
    )
    made.photos.add(job.photo)
    return made.pk


def album_of(job: Job) -> Album:
    return Album.objects.create(owner=job.photo.owner, title="Harvest")


def batch_of(job: Job) -> Batch:
    return Batch.objects.create(owner=job.photo.owner)


def keys_of(name: str, what: str, job: Job) -> list[Any]:
    """What stands in the address of that name for the photo of this job."""
    if name in BY_PHOTO:
        return [job.photo_id]
    if name.startswith(("api-album", "album")):
        album = album_of(job)
        if name in ("api-album-link", "album-share-revoke"):
            return [album.pk, links.make(album).pk]
        return [album.pk, what] if name == "album-act" else [album.pk]
    keys: dict[str, Callable[[], list[Any]]] = {
        "file": lambda: [job.pk, what],
        "job-pair": lambda: [job.pk, what],
        "rendition": lambda: [job.pk, rendition_of(job, what)],
        "archive": lambda: [archive_of(job)],
        "archive-file": lambda: [archive_of(job)],
        "api-archive": lambda: [archive_of(job)],
        "share-revoke": lambda: [job.pk, links.make(job.photo).pk],
        "api-batch": lambda: [batch_of(job).pk],
        "api-batch-cancel": lambda: [batch_of(job).pk],
        "api-batch-jobs": lambda: [batch_of(job).pk],
        "api-photo-version": lambda: [job.photo_id, job.pk],
        "api-photo-version-use": lambda: [job.photo_id, job.pk],
        "api-photo-link": lambda: [job.photo_id, links.make(job.photo).pk],
    }
    return keys.get(name, lambda: [job.pk])()


def address_of(name: str, what: str, job: Job) -> str:
    query = what if what.startswith("?") else ""
    return reverse(name, args=keys_of(name, what, job)) + query
