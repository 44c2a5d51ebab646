"""Who may see and change what: the one place that decides."""

import uuid

from django.db.models import Q, QuerySet
from django.http import Http404

from colorweb.accounts.visitors import Visitor
from jobs.models import Job, Photo


def owned_by(visitor: Visitor) -> Q:
    """The condition on a job that its photo belongs to the visitor."""
    if visitor.user:
        return Q(photo__owner=visitor.user)
    return Q(photo__owner=None, photo__guest=visitor.guest)


def owns(visitor: Visitor, photo: Photo) -> bool:
    """Whether the photo belongs to the visitor."""
    return photo.visitor_key == visitor.key


def jobs_of(visitor: Visitor) -> QuerySet[Job]:
    """The visitor's jobs, the newest first."""
    return Job.objects.filter(owned_by(visitor)).select_related("photo").order_by("-created_at")


def own_job(visitor: Visitor, job_id: uuid.UUID) -> Job:
    """A job of the visitor's own. Raises Http404 for anybody else's, as if it were not there."""
    return _one(jobs_of(visitor).filter(pk=job_id))


def visible_job(visitor: Visitor, job_id: uuid.UUID) -> Job:
    """A job the visitor may look at: one's own, or one that was published. Else Http404."""
    published = Q(photo__visibility=Photo.Visibility.PUBLIC, photo__published_job=job_id)
    jobs = Job.objects.filter(owned_by(visitor) | published, pk=job_id)
    return _one(jobs.select_related("photo"))


def _one(jobs: QuerySet[Job]) -> Job:
    job = jobs.first()
    if job is None:
        raise Http404("no such job")
    return job
