"""What browsers and caches may keep of an answer."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from colorweb.testing import pictures
from jobs.models import Job, State
from jobs.photos import visibility
from jobs.storage import files
from tests.accounts import log_in, sign_up
from tests.jobs import make

pytestmark = pytest.mark.django_db

SECRETS = {"guest_token", "token", "secret", "webhook_secret"}
"""Fields of answers that open something."""
PHOTO, JSON = {"image": pictures.upload}, "application/json"
WITH_SECRETS: dict[str, tuple[str, str, dict]] = {
    # operation: method, URL name, body
    "me_retrieve": ("get", "api-me", {}),
    "jobs_create": ("post", "api-jobs", PHOTO),
    "batches_create": ("post", "api-batches", PHOTO),
    "tokens_create": ("post", "api-tokens", {"name": "nightly"}),
    "webhooks_create": ("post", "api-webhooks", {"url": "https://receiver.example/"}),
    "webhooks_rotate": ("post", "api-webhook-secret", {}),
}
PRIVATE = ("home", "gallery", "about", "privacy", "terms", "robots")
PRIVATE_API = ("api-jobs", "api-gallery", "api-models", "api-tokens", "api-webhooks")
NEVER_KEPT = ("account", "account-tokens", "account-webhooks", "account_email", "history", "trash")


def call(client: Client, operation: str, *args):
    method, name, fields = WITH_SECRETS[operation]
    body = {key: value() if callable(value) else value for key, value in fields.items()}
    more = {} if fields is PHOTO or method == "get" else {"content_type": JSON}
    return getattr(client, method)(reverse(name, args=args), body, **more)


@pytest.mark.parametrize("operation", WITH_SECRETS)
def test_an_answer_with_a_secret_is_stored_nowhere(operation, script, ada):
    args = [call(script, "webhooks_create").json()["id"]] if operation == "webhooks_rotate" else []
    client = script if operation.startswith(("tokens", "webhooks")) else Client()
    answer = call(client, operation, *args)
    assert SECRETS & set(answer.json())
    assert answer["Cache-Control"] == "no-store"
    assert "ETag" not in answer


def test_addresses_that_open_a_photo_are_stored_nowhere(browser, ada):
    job = make.published(guest="", owner=ada)
    for address in (
        reverse("api-photo-links", args=[job.photo_id]),
        reverse("job-share", args=[job.pk]),
    ):
        assert "no-store" in browser.get(address)["Cache-Control"]


def test_no_secret_of_the_document_is_left_out(document):
    schemas = document["components"]["schemas"]
    secret = {name for name, one in schemas.items() if SECRETS & set(one.get("properties", ()))}
    answering = {
        operation["operationId"]
        for path in document["paths"].values()
        for method, operation in path.items()
        if method != "parameters"
        if any(f"schemas/{name}'" in str(operation["responses"]) for name in secret)
    }
    assert answering == set(WITH_SECRETS)


@pytest.mark.parametrize("name", [*PRIVATE, *PRIVATE_API])
def test_other_answers_are_kept_by_the_browser_only_and_asked_for_again(name, browser):
    first = browser.get(reverse(name))
    assert (first.status_code, first["Cache-Control"]) == (200, "private, no-cache")
    assert first["ETag"]
    if name in PRIVATE_API:  # a page's forms carry another token each time
        again = browser.get(reverse(name), headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("name", NEVER_KEPT)
def test_account_pages_are_kept_nowhere(name, browser):
    assert "no-store" in browser.get(reverse(name))["Cache-Control"]


def colored(owner) -> Job:
    job = make.job(photo=make.photo(guest="", owner=owner), attempt=1)
    Job.objects.filter(pk=job.pk).update(state=State.SUCCEEDED, result=job.file("result"))
    job.refresh_from_db()
    for kind in files.OF_RESULT:
        default_storage.save(files.name_of(job, kind), ContentFile(b"x"))
    return job


def test_a_private_file_is_asked_for_each_time_and_a_public_one_each_hour(browser, ada):
    job = colored(ada)
    address = reverse("file", args=[job.pk, "result"])
    private = browser.get(address)
    assert private["Cache-Control"] == "private, no-cache"
    assert browser.get(address, headers={"If-None-Match": private["ETag"]}).status_code == 304
    visibility.publish(job)
    assert Client().get(address)["Cache-Control"] == "private, max-age=3600"


def test_log_out_clears_what_the_browser_kept(client):
    sign_up(client)
    assert "Clear-Site-Data" not in client.get("/")
    assert client.post("/account/logout/")["Clear-Site-Data"] == '"cache"'
    assert "Clear-Site-Data" not in log_in(client)


def test_a_kept_file_of_ones_own_is_not_there_after_log_out(browser, ada):
    address = reverse("file", args=[colored(ada).pk, "result"])
    tag = browser.get(address)["ETag"]
    browser.logout()
    assert browser.get(address, headers={"If-None-Match": tag}).status_code == 404
