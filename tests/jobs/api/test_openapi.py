"""The OpenAPI document says what the API does, and the API does what it says."""

import hashlib
import re
from io import StringIO
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from colorweb.accounts.visitors import Visitor
from colorweb.errors import CODES, documented
from colorweb.testing import pictures
from jobs.api.urls import urlpatterns as of_photos
from jobs.models import Batch, Job, Photo, State
from jobs.queue import claims, states
from jobs.serializers import examples
from jobs.serializers.batches import BatchSerializer
from jobs.serializers.jobs import JobSerializer
from jobs.urls import urlpatterns as of_pages
from ml.api.urls import urlpatterns as of_training
from tests.jobs import make
from tests.jobs.document import DOCUMENT, conforms, example

pytestmark = pytest.mark.django_db(transaction=True)


def operations(document: dict) -> list[dict]:
    return [
        operation
        for methods in document["paths"].values()
        for method, operation in methods.items()
        if method in ("get", "post", "delete", "put", "patch")
    ]


def test_what_makes_something_takes_a_key_or_says_that_it_does_not(document):
    changes_what_is_there = {"check", "resend", "resume", "stop"}
    silent = [
        path
        for path, operations in document["paths"].items()
        if (made := operations.get("post"))
        and made["responses"].keys() & {"201", "202"}
        and path.split("/")[-2] not in changes_what_is_there
        and "Idempotency-Key" not in made["description"]
        and not any(one.get("name") == "Idempotency-Key" for one in made.get("parameters", []))
    ]
    assert silent == []


def test_the_committed_document_is_what_the_code_promises():
    made = StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=made)
    assert made.getvalue().strip() == DOCUMENT.read_text().strip()


def test_the_sites_types_are_made_from_the_committed_document():
    types = (DOCUMENT.parent.parent / "frontend" / "src" / "api.ts").read_text()
    digest = hashlib.sha256(DOCUMENT.read_bytes()).hexdigest()
    assert types.splitlines()[-1] == f"// SHA-256 of docs/openapi.yaml: {digest}", "make schema"


def test_every_endpoint_is_in_the_document(document):
    patterns = {re.sub("<.*?:", "{", str(url.pattern)) for url in (*of_photos, *of_training)}
    paths = [path for path in document["paths"] if path.startswith("/api/v1/")]
    assert {path.removeprefix("/api/v1/").replace("}", ">") for path in paths} == patterns


def test_every_address_of_a_file_is_in_the_document(document):
    named = {pattern.name: str(pattern.pattern) for pattern in of_pages}
    patterns = {re.sub("<.*?:", "{", named[name]) for name in ("file", "rendition", "archive-file")}
    paths = [path for path in document["paths"] if not path.startswith("/api/v1/")]
    assert {path.removeprefix("/").replace("}", ">") for path in paths} == patterns


def test_every_error_documented_is_a_problem_with_a_known_code(document):
    for operation in operations(document):
        for status, response in operation["responses"].items():
            if int(status) < 400 or "content" not in response:  # 416 has none
                continue
            [(kind, content)] = response["content"].items()
            assert kind == "application/problem+json"
            if status == "422":  # a job's own error
                continue
            for found in content["examples"].values():
                problem = example(found, document)
                assert problem["status"] == CODES[problem["code"]].status == int(status)


def test_every_code_belongs_to_some_endpoint(document):
    used = {
        example(found, document)["code"]
        for operation in operations(document)
        for status, response in operation["responses"].items()
        if status != "422"  # a job's own error
        for content in response.get("content", {}).values()
        for found in content.get("examples", {}).values()
        if "code" in example(found, document)
    }
    # what the host or the address does not know cannot be documented there
    assert used | {"bad_request", "method_not_allowed", "unavailable"} == set(documented())


def example_job(**fields: Any) -> Job:
    """A row that reads as the document's examples do."""
    photo = make.photo(
        id=examples.QUEUED["photo"]["id"],
        name="harbor-1912.jpg",
        bytes=1843200,
        width=3200,
        height=2400,
    )
    own = {name: examples.QUEUED[name] for name in ("reference", "metadata")}
    job = make.job(photo=photo, id=examples.QUEUED["id"], **own)
    created_at = examples.QUEUED["created_at"]
    Job.objects.filter(pk=job.pk).update(created_at=created_at, **fields)
    if fields.get("state") == State.SUCCEEDED:
        Photo.objects.filter(pk=photo.pk).update(version=job)
    return Job.objects.get(pk=job.pk)


EXAMPLES = {
    "QUEUED": {},
    "SUCCEEDED": {
        "state": State.SUCCEEDED,
        "stage": "done",
        "sequence": 5,
        "model_name": "resnet-gray-unet",
        "model_version": "9f2c41d07ab3",
        "timings": {"reading_ms": 95, "colorizing_ms": 240, "saving_ms": 180},
        "started_at": examples.SUCCEEDED["started_at"],
        "finished_at": examples.SUCCEEDED["finished_at"],
    },
    "CANCELED": {
        "state": State.CANCELED,
        "stage": "done",
        "sequence": 1,
        "finished_at": examples.CANCELED["finished_at"],
    },
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_of_jobs_are_the_serializers_own_output(name, document, settings):
    settings.SESSION_COOKIE_SECURE = True
    cache.set("queue-throughput", (2.4, 1))
    job = example_job(**{"sequence": 0} | EXAMPLES[name])
    shown = getattr(examples, name)
    assert JobSerializer(job, context={"host": "color.example"}).data == shown
    conforms(shown, "Job", document)


def test_the_example_of_a_batch_is_the_serializers_own_output(document, settings):
    settings.SESSION_COOKIE_SECURE = True
    shown = examples.BATCH
    batch = Batch.objects.create(
        id=shown["id"],
        guest=make.GUEST,
        reference=shown["reference"],
        entries=3,
        unpacked=3,
        refused=1,
        errors=[shown["errors"][0]],
    )
    Batch.objects.update(created_at=shown["created_at"])
    batch.refresh_from_db()
    make.job(batch=batch)
    Job.objects.filter(pk=make.job(batch=batch).pk).update(state=State.RUNNING)
    visitor = Visitor(user=None, guest=make.GUEST, address="127.0.0.1")
    context = {"host": "color.example", "visitor": visitor}
    assert BatchSerializer(batch, context=context).data == shown
    conforms(shown, "Batch", document)


def test_a_job_reads_as_documented_in_every_state(client, document):
    answer = client.post("/api/v1/jobs/", {"image": pictures.upload()})
    conforms(answer.json(), "CreatedJob", document)
    address = answer.json()["urls"]["self"]
    claims.claim("test")
    conforms(client.get(address).json(), "Job", document)
    job = Job.objects.get()
    states.change(job.pk, State.FAILED, fence=1, error_code="x", error_message="Because.")
    conforms(client.get(address).json(), "Job", document)
    conforms(client.get("/api/v1/jobs/").json(), "JobPage", document)
    conforms(client.get("/api/v1/models/").json(), "Models", document)


def test_accounts_and_tokens_read_as_documented(client, document, django_user_model):
    conforms(client.get("/api/v1/me/").json(), "Me", document)
    client.force_login(django_user_model.objects.create_user("ada@example.org"))
    conforms(client.get("/api/v1/me/").json(), "Me", document)
    body = {"name": "nightly", "expires_at": "2099-01-01T00:00Z"}
    made = client.post("/api/v1/tokens/", body, content_type="application/json")
    conforms(made.json(), "CreatedToken", document)
    conforms(client.get("/api/v1/tokens/").json(), "Tokens", document)


def test_a_refusal_reads_as_documented(client, document):
    answer = client.post("/api/v1/jobs/", {"image": pictures.upload("x.jpg", b"")})
    conforms(answer.json(), "Problem", document)


NONSENSE = [
    *({"vividness": value} for value in ("nan", "inf", "9", "1" * 1500)),
    *({"network_size": value} for value in ("1e3", "9" * 2000, "0", "null")),
    *({"model": value} for value in ("\x00", "x" * 70, "../../etc/passwd")),
    {"format": "gif"},
    {"visibility": "friends"},
    {"image": "text"},
]


@pytest.mark.parametrize("fields", NONSENSE, ids=lambda fields: repr(fields)[:40])
def test_nonsense_is_refused_with_a_code_of_the_document(client, document, fields):
    answer = client.post("/api/v1/jobs/", {"image": pictures.upload(), **fields})
    assert answer.status_code == CODES[answer.json()["code"]].status == 400
    documented = document["paths"]["/api/v1/jobs/"]["post"]["responses"]["400"]["content"]
    examples = documented["application/problem+json"]["examples"].values()
    assert answer.json()["code"] in {example(found, document)["code"] for found in examples}


@pytest.mark.parametrize("cursor", ["x", "cD0y", "cD1ub3c="], ids=["text", "p=2", "p=now"])
@pytest.mark.parametrize("path", ["jobs", "gallery"])
def test_a_cursor_made_by_hand_leads_nowhere(client, path, cursor):
    answer = client.get(f"/api/v1/{path}/", {"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")


@pytest.mark.parametrize("page", ["/api/docs/", "/api/docs/?script=", "/api/docs/redoc/"])
def test_the_pages_need_nothing_foreign(page):
    answer = Client().get(page)
    assert answer.status_code == 200
    assert "https://" not in answer.content.decode().replace("https://color.example", "")
    policy = answer["Content-Security-Policy"]
    assert "worker-src 'self' blob:" in policy
    assert "script-src 'self';" in policy


def test_other_pages_keep_the_narrow_policy(client):
    for page in ("/", "/api/schema/", "/api/v1/models/"):
        assert "unsafe" not in client.get(page)["Content-Security-Policy"]


def test_the_document_is_served_as_yaml_and_json(client):
    assert client.get("/api/schema/")["Content-Type"].startswith("application/vnd.oai.openapi;")
    as_json = client.get("/api/schema/", headers={"Accept": "application/json"})
    assert as_json.json()["openapi"] == "3.1.0"
