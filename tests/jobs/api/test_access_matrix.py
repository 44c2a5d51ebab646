"""Who may see and do what, all of it in one table.

Every page and file of a photo against everybody who might ask, for a photo in every state. A new
address of the site fails the last test here until it has a row, or is named as one that shows
nobody's photo.
"""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from colorweb.accounts.models import User
from jobs import urls
from jobs.api import urls as api_urls
from jobs.models import Album, Archive, Batch, Job, Photo, Rendition, ShareLink, State
from jobs.photos import trash, visibility
from jobs.sharing import links, moderation
from jobs.storage import files
from tests.jobs import make

pytestmark = pytest.mark.django_db

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
    ("POST", "job-unlist", "", OWN),
    ("GET", "job-share", "", OWN),
    ("POST", "share-make", "", OWN),
    ("POST", "share-revoke", "", OWN),
    ("POST", "job-publish", "", OWN),
    ("POST", "job-unpublish", "", OWN),
    ("POST", "job-delete", "", OWN),
    ("GET", "archive", "", ALWAYS_OWN),
    ("GET", "archive-file", "", ALWAYS_OWN),
    ("GET", "trash-picture", "", TRASH),
    ("POST", "job-look", "", OWN),
    ("POST", "job-turn", "", OWN),
    ("POST", "job-remove", "", OWN),
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
    ("GET", "api-batch-jobs", "", ALWAYS_OWN),
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
}
"""Addresses that show nobody's photo but the asker's, or none."""
AREAS = ("account", "api-token", "api-webhook", "api-queue")
"""What the names of pages begin with that are about an account or for the staff: no photo is
named there, and they have tests of their own."""
LISTS = {"gallery", "api-gallery", "api-jobs", "api-photos", "history", "trash"}
"""Addresses that list photos: those that the lists' own test below asks."""
OF_MANY = {"history-act", "trash-restore", "trash-delete", "trash-empty", "api-archives"}
"""Addresses that take ids and pass over those that are not one's own: tested below."""
BY_LINK = {"shared", "shared-picture"}
"""Addresses with a share link's token in them: tested below."""
BY_PHOTO = {
    *("photo", "compare", "photo-like", "photo-report", "api-like", "trash-picture", "api-photo"),
    *("api-photo-result", "api-photo-versions", "api-photo-links"),
    *("api-photo-suggestions", "api-photo-preview"),
}
"""Addresses with the photo's id in them, where others have the job's."""
REFUSED = (401, 403, 404)
SAFE = "GET"


@pytest.fixture
def owner() -> User:
    return User.objects.create_user("owner@example.org")


@pytest.fixture
def clients(owner: User) -> dict[str, Client]:
    """A browser of everybody."""
    clients = {who: Client() for who in sorted(EVERYBODY)}
    clients["owner"].force_login(owner)
    clients["other"].force_login(User.objects.create_user("other@example.org"))
    clients["staff"].force_login(User.objects.create_superuser("staff@example.org", "pw"))
    clients["visitor"].get("/")
    return clients


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
        visibility.unlist(job)
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
    if name.startswith("api-album"):
        album = album_of(job)
        return [album.pk, links.make(album).pk] if name == "api-album-link" else [album.pk]
    keys: dict[str, Callable[[], list[Any]]] = {
        "file": lambda: [job.pk, what],
        "rendition": lambda: [job.pk, rendition_of(job, what)],
        "archive": lambda: [archive_of(job)],
        "archive-file": lambda: [archive_of(job)],
        "api-archive": lambda: [archive_of(job)],
        "share-revoke": lambda: [job.pk, links.make(job.photo).pk],
        "api-batch": lambda: [batch_of(job).pk],
        "api-batch-jobs": lambda: [batch_of(job).pk],
        "api-photo-version": lambda: [job.photo_id, job.pk],
        "api-photo-version-use": lambda: [job.photo_id, job.pk],
        "api-photo-link": lambda: [job.photo_id, links.make(job.photo).pk],
    }
    return keys.get(name, lambda: [job.pk])()


def address_of(name: str, what: str, job: Job) -> str:
    query = what if what.startswith("?") else ""
    return reverse(name, args=keys_of(name, what, job)) + query


@pytest.mark.parametrize(
    "row",
    TABLE,
    ids=[" ".join(filter(None, (method, name, what))) for method, name, what, _ in TABLE],
)
def test_allowed_is_exactly_who_may(row, owner, clients):
    method, name, what, allowed = row
    let_in: dict[str, set[str]] = {}
    for state in SEE:
        let_in[state] = set()
        address = ""
        for who, client in clients.items():
            if not address or method != SAFE:  # what one changes, the next must find unchanged
                job = photo_in(state, owner)
                address = address_of(name, what, job)
            # A stream of what has ended says so at once to those who have seen its end.
            answer = client.generic(method, address, headers={"Last-Event-ID": str(job.sequence)})
            assert answer.status_code < 500
            if answer.status_code not in REFUSED:
                let_in[state].add(who)
    assert let_in == allowed


@pytest.mark.parametrize("state", SEE)
def test_a_version_that_is_not_in_use_is_the_owners(state, owner, clients):
    job = photo_in(state, owner)
    Photo.objects.filter(pk=job.photo_id).update(version=make.job(photo=job.photo))
    for method, name, what, allowed in TABLE:
        if method == SAFE and allowed is SEE and name not in BY_PHOTO:
            address = address_of(name, what, job)
            let_in = {
                who
                for who, client in clients.items()
                if client.get(address, headers={"Last-Event-ID": str(job.sequence)}).status_code
                not in REFUSED
            }
            assert let_in == OWN[state], address


@pytest.mark.parametrize("state", ["private", "hidden", "trashed"])
@pytest.mark.parametrize("end", ["valid", "right password", "wrong password", "expired", "revoked"])
def test_a_share_link_opens_page_and_files_while_it_lasts(state, end, owner):
    job = photo_in(state, owner)
    link = links.make(job.photo, password="right" if "password" in end else "")
    guest = Client()
    page = reverse("shared", args=[link.token])
    guest.post(page, {"password": end.removesuffix(" password")})
    if end == "expired":
        ShareLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    if end == "revoked":
        links.revoke(job.photo, link.pk)
    answers = {page: 200 if end == "wrong password" else None}  # the question for the password
    answers[reverse("shared-picture", args=[link.token])] = 404 if "password" in end else None
    for method, name, what, allowed in TABLE:
        by_job = allowed is SEE and name not in BY_PHOTO and not name.startswith("api-")
        if method == SAFE and by_job:
            answers[address_of(name, what, job)] = None
    open_ = state == "private" and end in ("valid", "right password")
    for address, special in answers.items():
        status = guest.get(address).status_code
        if special and state == "private":
            assert status == special, address
        else:
            assert (status not in REFUSED) == open_, address
    stranger = Client()
    assert {stranger.get(a).status_code for a in answers if a != page} - {404} <= (
        {200} if open_ and end == "valid" else set()
    )


LISTED: dict[str, Callable[[Client], str]] = {
    "gallery": lambda client: client.get("/gallery/").content.decode(),
    "api-gallery": lambda client: client.get("/api/v1/gallery/").content.decode(),
    "api-jobs": lambda client: client.get("/api/v1/jobs/").content.decode(),
    "api-photos": lambda client: client.get("/api/v1/photos/").content.decode(),
    "history": lambda client: client.get("/history/").content.decode(),
    "trash": lambda client: client.get("/trash/").content.decode(),
}
PUBLIC = OPINION
LISTERS = {
    "gallery": PUBLIC,
    "api-gallery": PUBLIC,
    "api-jobs": OWN,
    "api-photos": OWN,
    "history": OWN,
    "trash": TRASH,
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


def test_every_address_is_in_the_table():
    known = {name for _, name, _, _ in TABLE} | OF_NO_PHOTO | LISTS | OF_MANY | BY_LINK
    names = {str(pattern.name) for pattern in (*urls.urlpatterns, *api_urls.urlpatterns)}
    assert {name for name in names if not name.startswith(AREAS)} == known
    assert set(LISTED) == LISTS
