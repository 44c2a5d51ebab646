"""What is done with many of a visitor's photos at once. Each function returns for how many there
was something to do.
"""

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import replace

from colorweb import leases
from colorweb.accounts.visitors import Visitor
from colorweb.errors import DomainError
from jobs.models import Job, Photo, State
from jobs.photos import intake, search, versions, visibility
from jobs.queue import states


def publish(photos: Iterable[Photo]) -> int:
    """Show those in the gallery that are in color."""
    colored = [photo for photo in photos if photo.version_id]
    for photo in colored:
        visibility.change(photo, Photo.Visibility.PUBLIC)
    return len(colored)


def unpublish(photos: Iterable[Photo]) -> int:
    """Take those out of the gallery that are in it."""
    public = [photo for photo in photos if photo.visibility == Photo.Visibility.PUBLIC]
    for photo in public:
        visibility.unpublish(photo)
    return len(public)


def cancel(photos: Iterable[Photo]) -> int:
    """Stop what waits or runs."""
    jobs = _newest(photos, State.QUEUED, State.RUNNING)
    for job in jobs:
        with contextlib.suppress(leases.InvalidTransition):  # it has just ended
            states.request_cancel(job)
    return len(jobs)


def retry(photos: Iterable[Photo], visitor: Visitor) -> tuple[int, DomainError | None]:
    """Try those again whose newest job failed or was canceled, until a limit is met."""
    jobs = _newest(photos, State.FAILED, State.CANCELED)
    return _until_enough(jobs, lambda job: intake.retry(job, visitor))


def recolor(
    photos: Iterable[Photo], visitor: Visitor, *, model: str, network_size: int | None
) -> tuple[int, DomainError | None]:
    """Color those that have ended in another way, hints and geometry as they are, until a limit
    is met.

    Raises LookupError for an unknown model.
    """

    def color(job: Job) -> bool:
        recipe = versions.recipe_of(versions.basis_of(job.photo))
        recipe = replace(recipe, model=model, network_size=network_size)
        return versions.make(job.photo, visitor, recipe)[1]

    return _until_enough(_newest(photos, State.SUCCEEDED, State.FAILED, State.CANCELED), color)


def _newest(photos: Iterable[Photo], *allowed: str) -> list[Job]:
    """The newest jobs of photos that were read with them, where they are in one of the states."""
    return [job for photo in photos if (job := search.newest_of(photo)).state in allowed]


def _until_enough(
    jobs: Iterable[Job], act: Callable[[Job], object]
) -> tuple[int, DomainError | None]:
    done = 0
    for job in jobs:
        try:
            made = act(job)
        except DomainError as error:
            return done, error
        done += bool(made)
    return done, None
