"""Other people's things are not there: asked of every endpoint the API has.

The list of endpoints is the OpenAPI document, so none can be forgotten; an endpoint about a new
kind of thing fails here until the table names it, unless it is for staff alone.
"""

import re
import uuid

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client

from colorweb.accounts import tokens
from colorweb.accounts.models import User
from colorweb.accounts.visitors import Visitor
from jobs.models import Job, Photo, Rendition, State, WebhookDelivery
from jobs.photos import batches, intake
from jobs.queue import claims, states
from jobs.results import archives, renditions
from jobs.sharing import albums, links
from jobs.webhooks import endpoints
from tests.jobs import document, make

pytestmark = pytest.mark.django_db(transaction=True)

OPERATIONS = [
    (method, path)
    for path, methods in document.read()["paths"].items()
    for method in methods
    if method in ("get", "post", "put", "patch", "delete")
]
IN_TRASH = "/api/v1/trash/{photo_id}/"
ASKERS = ["another account", "staff", "a guest", "nobody"]


@pytest.fixture
def things() -> dict[str, str]:
    """One of everything that Ada has, by the name that addresses give it."""
    ada = User.objects.create_user("ada@example.org")
    token, _ = tokens.create(ada, "hers", ["read"])
    endpoint, _ = endpoints.create(ada, "https://example.org/", ["job.succeeded"])
    visitor = Visitor(user=ada, guest="", address="192.0.2.1")
    batch = batches.new(visitor, intake.Options(), public=False)
    batch.save(force_insert=True)
    job = make.job(photo=make.photo(owner=ada, guest=""), owner=f"user:{ada.pk}", batch=batch)
    claims.claim("test")
    result = default_storage.save("photos/x.jpg", ContentFile(b"in color"))
    states.change(job.pk, State.SUCCEEDED, result=result)
    photo = Photo.objects.get(pk=job.photo_id)
    archive = archives.request([photo], visitor)
    assert archive
    album = albums.make(visitor, title="hers")
    job.refresh_from_db()
    rendition = renditions.request(job, visitor, format="png")
    Rendition.objects.update(state=Rendition.State.READY, file=result, bytes=8)
    return {
        "job_id": str(job.pk),
        "kind": "result",
        "rendition_id": str(rendition.pk),
        "photo_id": str(job.photo_id),
        "token_id": str(token.pk),
        "endpoint_id": str(endpoint.pk),
        "delivery_id": str(WebhookDelivery.objects.get().pk),
        "batch_id": str(batch.pk),
        "archive_id": str(archive.pk),
        "album_id": str(album.pk),
        "link_id": str(links.make(photo).pk),
    }


def asker(who: str) -> Client:
    if who == "nobody":
        return Client()
    if who == "a guest":
        token = Client().get("/api/v1/me/").json()["guest_token"]
        return Client(headers={"Authorization": f"Bearer {token}"})
    bob = User.objects.create_user("bob@example.org", is_staff=who == "staff")
    _, secret = tokens.create(bob, "his", ["read", "write"])
    return Client(headers={"Authorization": f"Bearer {secret}"})


def body(method: str) -> dict:
    """Something that every endpoint can read."""
    if method in ("post", "patch", "put"):
        return {"data": {"url": "https://example.org/"}, "content_type": "application/json"}
    return {}


@pytest.mark.parametrize("who", ASKERS)
def test_what_is_somebody_elses_is_not_there(things, who):
    client = asker(who)
    before = state()
    for method, path in OPERATIONS:
        names = re.findall(r"{(\w+)}", path)
        if not names:
            continue
        known = set(names) <= set(things)
        ids = {name: things.get(name) or a_value(method, path, name) for name in names}
        answer = getattr(client, method)(path.format(**ids), **body(method))
        refusals = {404, 401} if known and who in ("a guest", "nobody") else {404}
        if not known:
            refusals = {401, 403}
        assert answer.status_code in refusals, (method, path, answer.status_code)
    assert state() == before


@pytest.mark.parametrize("who", ASKERS)
def test_no_list_shows_what_is_somebody_elses(things, who):
    client = asker(who)
    for method, path in OPERATIONS:
        if method == "get" and "{" not in path:
            text = client.get(path).content.decode()
            shown = [name for name, value in things.items() if len(value) > 9 and value in text]
            assert not shown, path


def test_the_things_are_there_for_their_owner(things):
    """Or the tests above would prove nothing."""
    client = Client()
    client.force_login(User.objects.get(email="ada@example.org"))
    for method, path in OPERATIONS:
        names = re.findall(r"{(\w+)}", path)
        if method == "get" and names and set(names) <= set(things) and path != IN_TRASH:
            answer = client.get(path.format(**things))
            assert answer.status_code < 400, (path, answer.status_code)
    assert client.delete(f"/api/v1/jobs/{things['job_id']}/").status_code == 204
    assert client.get(IN_TRASH.format(**things)).status_code == 200


def a_value(method: str, path: str, name: str) -> str:
    """A value of a parameter's type, for things that are for staff alone."""
    parameters = document.read()["paths"][path][method]["parameters"]
    schema = next(one["schema"] for one in parameters if one["name"] == name)
    return str(uuid.uuid4()) if schema.get("format") == "uuid" else "1"


def state() -> list:
    """What Ada's things are like; nobody's attempt changes it."""
    return [
        list(Job.objects.values("pk", "state", "cancel_requested", "sequence")),
        list(Photo.objects.values("pk", "visibility", "trashed_at")),
        list(User.objects.get(email="ada@example.org").webhooks.values()),
        list(WebhookDelivery.objects.values()),
    ]
