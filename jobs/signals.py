"""What logging in and out means for photos and live pages; files go with their photo's row."""

from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models.signals import post_delete, pre_delete
from django.http import HttpRequest

from colorweb.accounts.models import User
from colorweb.accounts.visitors import Visitor
from jobs.events import publish
from jobs.models import Archive, Photo
from jobs.photos import deletion
from jobs.sharing import guests, likes, moderation
from jobs.storage import files


def claim_at_login(request: HttpRequest, user: User, **_signal: Any) -> None:
    """Runs after signing up too: allauth logs new accounts in."""
    visitor: Visitor | None = getattr(request, "visitor", None)
    if visitor and visitor.guest and not visitor.is_new:
        guests.claim_guest_data(visitor.guest, user)


def close_sockets(user: User | None, **_signal: Any) -> None:
    """A page left open must not go on showing what its owner has left."""
    if user:
        publish.disconnect(Visitor(user=user, guest="", address="").key)


def close_sockets_of_ended_session(instance: UserSession, **_signal: Any) -> None:
    """Sessions ended from afar; the pages of the others come back at once."""
    publish.disconnect(f"user-{instance.user_id}")


def delete_files(instance: Photo, **_signal: Any) -> None:
    """However the row went: by its owner, with an account, from the admin.

    What this leaves behind when it fails, `orphans.sweep` finds.
    """
    folder = instance.folder
    transaction.on_commit(lambda: files.delete_folder(folder), robust=True)


def delete_reactions(instance: User, **_signal: Any) -> None:
    """However the account ends: by its owner, from the admin."""
    visitor = Visitor(user=instance, guest="", address="")
    likes.delete_all(visitor)
    moderation.delete_reports(visitor)


def delete_archives(instance: Photo, **_signal: Any) -> None:
    """No zip outlives a photo that is in it."""
    deletion.delete_archives([instance.pk])


def delete_archive_file(instance: Archive, **_signal: Any) -> None:
    """What an unfinished one has written, `archives.expire` finds."""
    if name := instance.file:
        transaction.on_commit(lambda: default_storage.delete(name), robust=True)


def connect() -> None:
    """Lets signals call these functions; for `AppConfig.ready`."""
    user_logged_in.connect(claim_at_login)
    user_logged_out.connect(close_sockets)
    post_delete.connect(close_sockets_of_ended_session, sender=UserSession)
    post_delete.connect(delete_files, sender=Photo)
    pre_delete.connect(delete_reactions, sender=User)
    pre_delete.connect(delete_archives, sender=Photo)
    post_delete.connect(delete_archive_file, sender=Archive)
