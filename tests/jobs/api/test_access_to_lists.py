"""Lists, and actions on many photos, reach exactly those that are one's own."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from jobs.models import Archive, Photo
from tests.jobs.access import EVERYBODY, LISTERS, SEE, photo_in

pytestmark = pytest.mark.django_db

LISTED: dict[str, Callable[[Client], str]] = {
    "gallery": lambda client: client.get("/gallery/").content.decode(),
    "api-gallery": lambda client: client.get("/api/v1/gallery/").content.decode(),
    "api-jobs": lambda client: client.get("/api/v1/jobs/").content.decode(),
    "api-photos": lambda client: client.get("/api/v1/photos/").content.decode(),
    "history": lambda client: client.get("/history/").content.decode(),
    "api-trash": lambda client: client.get("/api/v1/trash/").content.decode(),
    "trash": lambda client: client.get("/trash/").content.decode(),
}


@pytest.mark.parametrize("name", LISTED)
def test_lists_have_exactly_what_is_theirs(name, owner, clients):
    seen = {}
    for state in SEE:
        photo = photo_in(state, owner).photo
        Photo.objects.filter(pk=photo.pk).update(title="Harvest")
        seen[state] = {who for who, client in clients.items() if "Harvest" in LISTED[name](client)}
        photo.delete()
    assert seen == LISTERS[name]


@pytest.mark.parametrize("state", ["private", "public", "trashed"])
def test_among_many_those_that_are_not_ones_own_are_passed_over(state, owner, clients):
    job = photo_in(state, owner)
    before = Photo.objects.values().get()
    ids = {"photo": str(job.photo_id), "photos": str(job.photo_id), "id": str(job.photo_id)}
    actions = ("delete", "publish", "unpublish", "cancel", "retry", "again", "look", "download")
    addresses = [reverse("history-act", args=[action]) for action in actions]
    addresses += [reverse(f"trash-{action}") for action in ("restore", "delete", "empty")]
    addresses.append(reverse("api-archives"))
    for who in EVERYBODY - {"owner"}:
        for address in addresses:
            assert clients[who].post(address, ids).status_code < 500
    assert Photo.objects.values().get() == before
    assert not Archive.objects.exists()


def test_every_list_is_asked():
    assert set(LISTED) == set(LISTERS)
