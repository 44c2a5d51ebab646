"""Files in a photo's look: what pages, links and zips show of a version.

A job's own files have the look that the photo had then. Others are renditions; while one is made,
the last finished one is served.
"""

import time
from collections.abc import Callable

from django.db.models import F, Q

from colorweb import leases
from jobs.models import Job, Look, Photo, Rendition
from jobs.results import renditions
from jobs.results.rendering import complete
from jobs.storage import files

KINDS = ("preview", "card")
POLL = 0.5  # seconds between two looks at a file that another worker makes


def set_look(photo: Photo, look: Look, revision: int | None = None) -> bool:
    """Show a photo with another look from now on, and have its files made.

    False, and nothing is changed, if it has been changed since `revision`.
    """
    look = Look(*(round(value, 2) for value in look))
    rows = Photo.objects.filter(pk=photo.pk)
    if revision is not None:
        rows = rows.filter(look_revision=revision)
    changed = rows.update(
        vividness=look.vividness, tones=look.tones, look_revision=F("look_revision") + 1
    )
    photo.refresh_from_db(fields=["vividness", "tones", "look_revision"])
    if changed and photo.version:
        photo.version.photo = photo
        _drop_waiting(photo.version)
        for kind in KINDS:
            file_of(photo.version, kind)
    return bool(changed)


def file_of(job: Job, kind: str) -> tuple[str, bool]:
    """Storage name of a succeeded job's `preview` or `card`, and whether it has the photo's look.

    One that is still to be made is requested.
    """
    if job.look == job.photo.look:
        return files.name_of(job, kind), True
    wanted = renditions.request(
        job, None, format="jpeg", look=job.photo.look, long_side=files.SIDES[kind]
    )
    if wanted.state == Rendition.State.READY:
        return wanted.file, True
    finished = job.renditions.filter(
        state=Rendition.State.READY,
        format="jpeg",
        long_side=wanted.long_side,
        keep_metadata=False,
    )
    last = finished.order_by("-wanted_at").first()
    return (last.file if last else files.name_of(job, kind)), False


def full_size(job: Job, tick: Callable[[], None]) -> str:
    """Storage name of a version's full-size file in the photo's look, made here if it must be.

    `tick` is called while another worker makes it. A file that cannot be made is the job's own.
    """
    if job.look == job.photo.look:
        return job.result
    wanted = renditions.request(job, None, look=job.photo.look)
    while wanted.state == Rendition.State.QUEUED:
        if claimed := renditions.claim(wanted.pk):
            with leases.renewing(claimed):
                complete(claimed, lambda _share: tick())
        else:
            time.sleep(POLL)
            tick()
        wanted.refresh_from_db()
    return wanted.file or job.result


def _drop_waiting(job: Job) -> None:
    """Previews of looks that are over need not be made; those that a worker holds are finished."""
    looks = Q(vividness=job.photo.vividness, tones=job.photo.tones)
    waiting = job.renditions.filter(state=Rendition.State.QUEUED, lease_until=None, attempt=0)
    longest = max(job.shown_size)
    sides = [side if (side := files.SIDES[kind]) < longest else 0 for kind in KINDS]
    waiting.filter(format="jpeg", long_side__in=sides).exclude(looks).delete()
