"""A guest who gets an account keeps what was theirs."""

from django.db import transaction

from colorweb.accounts.models import User
from colorweb.accounts.visitors import Visitor
from jobs.photos import ownership
from jobs.sharing import likes


def claim_guest_data(guest: str, user: User) -> int:
    """Make a guest's photos, zips, batches and likes the user's; how many photos there were."""
    visitor = Visitor(user=None, guest=guest, address="")
    with transaction.atomic():
        likes.claim_guest_likes(visitor, Visitor(user=user, guest="", address=""))
        return ownership.claim_guest_photos(guest, user)
