"""A job as the API, the sockets and the pages see it: one description for all."""

from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse

from colorweb.accounts.visitors import Visitor
from colorweb.dates import iso
from jobs.events.progress import progress_of
from jobs.models import Job, State
from jobs.queue import positions
from jobs.storage import access, files

STAGE_PROGRESS = {"waiting": 0.0, "reading": 0.05, "colorizing": 0.2, "saving": 0.8, "done": 1.0}
"""Where the bar stands when a stage begins."""

MOVING = ("stage", "progress", "position", "eta_seconds", "sequence")
"""What `moving_parts` tells."""

Absolute = Callable[[str], str]


def absolute_from(host: str) -> Absolute:
    """A function that makes a path absolute for the host the visitor used."""
    scheme = "https" if settings.SESSION_COOKIE_SECURE else "http"
    return lambda path: f"{scheme}://{host}{path}"


def describe(job: Job, absolute: Absolute) -> dict[str, Any]:
    """The contract of design.md, "A job reads": JSON values only, URLs absolute."""
    return _describe(job, absolute, positions.position(job))


def describe_all(jobs: Sequence[Job], absolute: Absolute) -> list[dict[str, Any]]:
    """Many jobs; one query finds the places of all."""
    places = positions.positions(jobs)
    return [_describe(job, absolute, places.get(job.pk)) for job in jobs]


def _describe(job: Job, absolute: Absolute, position: int | None) -> dict[str, Any]:
    photo = job.photo
    return {
        "id": str(job.pk),
        "status": job.state,
        **_moving_parts(job, position, None),
        "error": ({"code": job.error_code, "message": job.error_text} if job.error_code else None),
        "model": (
            {"name": job.model_name, "version": job.model_version} if job.model_name else None
        ),
        "options": {"vividness": job.vividness, "size": job.size, "format": job.format},
        "photo": {
            "id": str(photo.pk),
            "name": photo.name,
            "title": photo.title,
            "alt": photo.alt,
            "width": photo.width,
            "height": photo.height,
            "format": photo.format,
            "bytes": photo.bytes,
            "has_color": photo.has_color,
            "visibility": photo.visibility,
            "likes": photo.likes,
        },
        "timings": timings(job),
        "urls": urls(job, absolute),
        "created_at": iso(job.created_at),
        "started_at": iso(job.started_at),
        "finished_at": iso(job.finished_at),
    }


def describe_to(visitor: Visitor, job: Job, absolute: Absolute) -> dict[str, Any]:
    """A job the visitor may look at, as much of it as is theirs to know."""
    known = describe if access.owns(visitor, job.photo) else describe_to_others
    return known(job, absolute)


def describe_to_others(job: Job, absolute: Absolute) -> dict[str, Any]:
    """The same without what the file was called, which may tell more than its owner published."""
    told = describe(job, absolute)
    told["photo"]["name"] = ""
    return told


def moving_parts(job: Job, told: float | None = None) -> dict[str, Any]:
    """What changes while a job waits and runs; `told` is fresher progress, if there is some."""
    return _moving_parts(job, positions.position(job), told)


def _moving_parts(job: Job, position: int | None, told: float | None) -> dict[str, Any]:
    progress = STAGE_PROGRESS[job.stage]
    if job.state == State.RUNNING:
        progress = max(progress, progress_of(job.pk) if told is None else told)
    return {
        "stage": job.stage,
        "progress": round(progress, 3),
        "position": position,
        "eta_seconds": positions.eta(job, position),
        "sequence": job.sequence,
    }


def timings(job: Job) -> dict[str, int | None]:
    """Milliseconds: waited, read, colored, saved, and all of it."""
    waited = (job.started_at - job.created_at) if job.started_at else None
    total = (job.finished_at - job.created_at) if job.finished_at else None
    return {
        "wait_ms": round(waited.total_seconds() * 1000) if waited is not None else None,
        "reading_ms": job.timings.get("reading_ms"),
        "colorizing_ms": job.timings.get("colorizing_ms"),
        "saving_ms": job.timings.get("saving_ms"),
        "total_ms": round(total.total_seconds() * 1000) if total is not None else None,
    }


def urls(job: Job, absolute: Absolute) -> dict[str, str | None]:
    """Every address of a job; None where there is nothing yet."""
    done = job.state == State.SUCCEEDED
    found: dict[str, str | None] = {
        "self": absolute(reverse("api-job", args=[job.pk])),
        "events": absolute(f"/ws/jobs/{job.pk}/").replace("http", "ws", 1),
        "stream": absolute(reverse("api-job-events", args=[job.pk])),
        "page": absolute(reverse("job", args=[job.pk])),
        "permalink": absolute(reverse("photo", args=[job.photo_id])),
        "cancel": None if job.is_terminal else absolute(reverse("api-job-cancel", args=[job.pk])),
        "retry": (
            absolute(reverse("api-job-retry", args=[job.pk]))
            if job.state in (State.FAILED, State.CANCELED)
            else None
        ),
    }
    of_photo = files.of_photo(job.photo.has_color)
    for kind in (*files.OF_RESULT, *files.OF_PHOTO):
        there = kind in of_photo or (done and kind in files.OF_RESULT)
        found[kind] = absolute(reverse("file", args=[job.pk, kind])) if there else None
    found["download"] = f"{found['result']}?download" if done else None
    return found
