"""Photos and the people they belong to: a guest who gets an account, a guest who does not come
back, an account that ends."""

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction

from colorweb import clock
from colorweb.accounts.models import User
from colorweb.accounts.visitors import Visitor
from jobs.events import publish
from jobs.models import Album, Archive, Batch, Job, Photo
from jobs.photos import deletion

BATCH = 200  # rows in memory at once


def claim_guest_photos(guest: str, user: User) -> int:
    """Make a guest's photos, albums, zips and batches the user's; how many photos there were.

    The guest's open pages reconnect: they belong to the user now.
    """
    visitor = Visitor(user=None, guest=guest, address="")
    with transaction.atomic():
        for rows in (Album, Archive, Batch):
            rows.objects.filter(owner=None, guest=guest).update(owner=user, guest="")
        claimed = Photo.objects.filter(owner=None, guest=guest).update(owner=user, guest="")
        own = Visitor(user=user, guest="", address="").key
        Job.objects.filter(visitor_key=visitor.key).update(visitor_key=own)
        transaction.on_commit(lambda: publish.disconnect(visitor.key))
    return claimed


def complete_jobs() -> None:
    """Say whose they are in jobs that a process of the version before has made meanwhile."""
    for job in Job.objects.filter(visitor_key="").select_related("photo")[:BATCH]:
        Job.objects.filter(pk=job.pk).update(visitor_key=job.photo.visitor_key)


def expire_guests() -> int:
    """Delete guests' photos older than `GUEST_RETENTION`, published ones too; how many.

    Their albums end with them.
    """
    oldest = clock.before(settings.GUEST_RETENTION)
    expired = Photo.objects.filter(created_at__lt=oldest).exclude(guest="").order_by("created_at")
    gone = 0
    while batch := expired[:BATCH]:
        for photo in batch:
            deletion.delete(photo)
            gone += 1
    Album.objects.filter(created_at__lt=oldest, photos=None).exclude(guest="").delete()
    return gone


def erase(user: User) -> None:
    """Delete an account with its photos, results, sessions and everything else that is its own."""
    channel = Visitor(user=user, guest="", address="").key
    with transaction.atomic():
        # Nothing new is written for a locked account: an upload in this moment waits, and fails.
        User.objects.select_for_update().get(pk=user.pk)
        for session in UserSession.objects.filter(user=user):
            session.end()
        user.delete()
        transaction.on_commit(lambda: publish.disconnect(channel))
