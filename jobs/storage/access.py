"""Who may see and change what: the one place that decides."""

import uuid

from django.db.models import F, Q, QuerySet
from django.http import Http404
from django.utils import timezone

from colorweb.accounts.visitors import Visitor
from jobs.models import (
    EXTENSIONS,
    LONG_SIDES,
    RENDERED,
    Archive,
    Batch,
    Job,
    Photo,
    ShareLink,
    Vividness,
)

NOT_IN_TRASH = Q(photo__trashed_at=None)
"""Of a job: its photo is not in the trash, where `jobs.photos.trash` alone finds it."""


def owned_by(visitor: Visitor) -> Q:
    """The condition on a job that its photo belongs to the visitor."""
    if visitor.user:
        return Q(photo__owner=visitor.user)
    return Q(photo__owner=None, photo__guest=visitor.guest)


def owns(visitor: Visitor, photo: Photo) -> bool:
    """Whether the photo belongs to the visitor."""
    return photo.visitor_key == visitor.key


def photos_of(visitor: Visitor) -> QuerySet[Photo]:
    """The visitor's photos with their newest jobs."""
    photos = Photo.objects.filter(trashed_at=None, newest__isnull=False)
    if visitor.user:
        photos = photos.filter(owner=visitor.user)
    else:
        photos = photos.filter(owner=None, guest=visitor.guest)
    return photos.select_related("newest")


def neighbors(visitor: Visitor, photo: Photo) -> tuple[Photo | None, Photo | None]:
    """The visitor's photos sent just after and just before this one, each None at an end."""
    at, key = photo.created_at, photo.pk
    photos = photos_of(visitor)
    after = photos.filter(Q(created_at__gt=at) | Q(created_at=at, pk__gt=key))
    before = photos.filter(Q(created_at__lt=at) | Q(created_at=at, pk__lt=key))
    return after.order_by("created_at", "pk").first(), before.order_by("-created_at", "-pk").first()


def own_photo(visitor: Visitor, photo_id: uuid.UUID) -> Photo:
    """A photo of the visitor's own. Raises Http404 for anybody else's."""
    photo = photos_of(visitor).filter(pk=photo_id).first()
    if photo is None:
        raise Http404("no such photo")
    return photo


def jobs_of(visitor: Visitor) -> QuerySet[Job]:
    """The visitor's jobs, the newest first."""
    jobs = Job.objects.filter(NOT_IN_TRASH, owned_by(visitor))
    return jobs.select_related("photo").order_by("-created_at")


def batches_of(visitor: Visitor) -> Q:
    """The condition on a batch that it belongs to the visitor."""
    if visitor.user:
        return Q(owner=visitor.user)
    return Q(owner=None, guest=visitor.guest)


def jobs_of_batch(visitor: Visitor, batch: Batch) -> QuerySet[Job]:
    """One job for each photo of a batch: of those that were retried only the last."""
    return jobs_of(visitor).filter(batch=batch, retries=None)


def own_job(visitor: Visitor, job_id: uuid.UUID) -> Job:
    """A job of the visitor's own. Raises Http404 for anybody else's, as if it were not there."""
    return _one(jobs_of(visitor).filter(pk=job_id))


def shown_to(visitor: Visitor) -> Q:
    """The condition on a job that others may look at it, and this visitor is one of them.

    What staff have hidden is for the staff to look at.
    """
    shown = Q(
        photo__visibility__in=(Photo.Visibility.PUBLIC, Photo.Visibility.UNLISTED),
        photo__published_job=F("pk"),
    )
    if visitor.grants:
        shown |= Q(pk__in=_let_in(visitor))
    return shown if visitor.may("staff") else shown & Q(photo__hidden_for="")


def _let_in(visitor: Visitor) -> list[uuid.UUID]:
    """The jobs that share links show this visitor, as they are now."""
    tokens = [grant.partition(":")[0] for grant in visitor.grants]
    links = ShareLink.objects.alive().filter(token__in=tokens)
    return [link.job_id for link in links if link.grant in visitor.grants]


def share_link(token: str, *, without_password: bool = False) -> ShareLink:
    """A link that leads somewhere, by its token. Else Http404: expired, revoked, never there.

    The caller checks its password, if it has one.
    """
    links = ShareLink.objects.alive().filter(
        token=token, job__photo__trashed_at=None, job__photo__hidden_for=""
    )
    if without_password:
        links = links.filter(password="")
    link = links.select_related("job__photo").first()
    if link is None:
        raise Http404("no such link")
    return link


def visible_job(visitor: Visitor, job_id: uuid.UUID) -> Job:
    """A job the visitor may look at: one's own, or one that is shown. Else Http404."""
    return _one(_visible(visitor).filter(pk=job_id))


def shown_photo(visitor: Visitor, photo_id: uuid.UUID) -> Job:
    """The job whose colors a photo is shown in, at its permalink. Else Http404."""
    return _one(_visible(visitor).filter(photo=photo_id, photo__published_job=F("pk")))


def is_public(job: Job) -> bool:
    """Whether anybody may see these colors: they are those that the gallery shows."""
    photo = job.photo
    public = photo.visibility == Photo.Visibility.PUBLIC and not photo.hidden_for
    return public and photo.published_job_id == job.pk


def public_photo(visitor: Visitor, photo_id: uuid.UUID) -> Photo:
    """A photo that anybody may find, like and report. Else Http404."""
    photo = shown_photo(visitor, photo_id).photo
    if photo.visibility != Photo.Visibility.PUBLIC or photo.hidden_for:
        raise Http404("not public")
    return photo


def _visible(visitor: Visitor) -> QuerySet[Job]:
    jobs = Job.objects.filter(NOT_IN_TRASH, owned_by(visitor) | shown_to(visitor))
    return jobs.select_related("photo")


def may_request(
    visitor: Visitor,
    job: Job,
    *,
    format: str | None,  # noqa: A002 - the usual name
    vividness: float | None,
    long_side: int | None,
    keep_metadata: bool,
) -> bool:
    """Whether a visitor who sees the job may have such a file made from it.

    What the camera wrote is the owner's alone. Others choose among what the page offers, so that
    nobody can have endless files made of another's photo. None and 0 mean as the result has it.
    """
    photo = job.photo
    if owns(visitor, photo):
        return True
    formats = {None, *EXTENSIONS, *({photo.format} & RENDERED.keys())}
    return (
        not keep_metadata
        and format in formats
        and vividness in (None, job.vividness, *Vividness.values)
        and (not long_side or long_side in LONG_SIDES)
    )


def archives_of(visitor: Visitor) -> QuerySet[Archive]:
    """The visitor's zips, the newest first."""
    mine = Q(owner=visitor.user) if visitor.user else Q(owner=None, guest=visitor.guest)
    return Archive.objects.filter(mine, expires_at__gt=timezone.now()).order_by("-created_at")


def own_archive(visitor: Visitor, archive_id: uuid.UUID) -> Archive:
    """A zip of the visitor's. Raises Http404 for anybody else's."""
    archive = archives_of(visitor).filter(pk=archive_id).first()
    if archive is None:
        raise Http404("no such archive")
    return archive


def _one(jobs: QuerySet[Job]) -> Job:
    job = jobs.first()
    if job is None:
        raise Http404("no such job")
    return job
