"""Whatever the document allows to be sent is answered as the document says, and never with 5xx.

schemathesis makes requests from the OpenAPI document: every operation, as an account, a guest, a
member of staff, half of them about things that are there.
"""

import random
import warnings

import pytest
import schemathesis
from django.core.cache import cache
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, given, settings, strategies
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi import checks

from colorweb.accounts import tokens
from colorweb.accounts.models import User
from colorweb.accounts.visitors import Visitor
from colorweb.testing import pictures
from jobs.models import State, WebhookDelivery
from jobs.photos import batches, intake
from jobs.queue import claims, states
from jobs.results import archives
from jobs.storage import files
from jobs.webhooks import endpoints
from ml.versions import registry
from tests.jobs import document

pytestmark = pytest.mark.django_db(transaction=True)

SCHEMA = schemathesis.openapi.from_dict(document.read())
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations()]  # type: ignore[union-attr]


def no_server_error(context, response, case):
    """No worker runs here: that mending is refused for want of one is right."""
    if response.status_code == 503 and response.json()["code"] == "no_worker":
        return None
    return not_a_server_error(context, response, case)


def invalid_is_refused(context, response, case):
    """Of queries and bodies: whose things are addressed, and by whom, the test says itself."""
    wrong = {place for place, part in case.meta.components.items() if part.mode.is_negative}
    if not wrong & {ParameterLocation.QUERY, ParameterLocation.BODY}:
        return None
    if isinstance(case.body, dict) and [] in case.body.values() and "multipart" in case.media_type:
        return None  # a form has no way to send an empty list: the field is not there
    return checks.negative_data_rejection(context, response, case)


CHECKS = [
    no_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    invalid_is_refused,
]
OF_STAFF = {"label"}
"""Names in addresses of things that are there, and for staff."""
CALLERS = ["account", "guest", "staff"]


@pytest.fixture
def application():
    """The site, each answer of it read and closed: with the answer the uploads are closed."""
    site = get_wsgi_application()

    def answer(environ, start_response):
        response = site(environ, start_response)
        try:
            return [b"".join(response)]
        finally:
            response.close()

    return answer


@pytest.fixture
def account() -> User:
    return User.objects.create_user("ada@example.org")


@pytest.fixture
def headers(account) -> dict[str, dict[str, str]]:
    """What each caller proves who it is with."""
    staff = User.objects.create_superuser("staff@example.org")
    _, hers = tokens.create(account, "fuzz", ["read", "write"])
    _, theirs = tokens.create(staff, "fuzz", ["read", "write", "staff"])
    guest = Visitor(user=None, guest="a" * 32, address="127.0.0.1")
    secrets = dict(zip(CALLERS, (hers, guest.token, theirs), strict=True))
    return {who: {"Authorization": f"Bearer {secret}"} for who, secret in secrets.items()}


@pytest.fixture
def things(account) -> dict[str, list[str]]:
    """Of everything something, by the name that addresses give it."""
    visitor = Visitor(user=account, guest="", address="127.0.0.1")
    endpoint, _ = endpoints.create(account, "https://example.org/", ["job.succeeded"])
    batch = batches.new(visitor, intake.Options(), public=False)
    batch.save(force_insert=True)
    jobs = [intake.accept(pictures.upload(), visitor) for _ in range(2)]
    for job in claims.claim("test", 2):
        with files.new_file(job.file("result")) as file:
            file.write(b"colors")
        states.change(job.pk, State.SUCCEEDED, fence=1, result=job.file("result"))
    photos = [job.photo for job in jobs]
    [token] = account.api_tokens.all()[:1] or [tokens.create(account, "spare", ["read"])[0]]
    return {
        "job_id": [str(job.pk) for job in jobs],
        "photo_id": [str(job.photo_id) for job in jobs],
        "endpoint_id": [str(endpoint.pk)],
        "delivery_id": [str(one.pk) for one in WebhookDelivery.objects.all()],
        "batch_id": [str(batch.pk)],
        "archive_id": [
            str(archive.pk) for archive in [archives.request(photos, visitor)] if archive
        ],
        "token_id": [str(token.pk + 1)],
        "label": [str(registry.built_in()), registry.built_in().name],
    }


@pytest.mark.long
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_many_requests_of_every_kind(operation, application, headers, things):
    sent = [operation.as_strategy(generation_mode=mode) for mode in GenerationMode]

    @given(case=strategies.one_of(sent), luck=strategies.randoms(use_true_random=False))
    @settings(
        max_examples=100,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def request(case: schemathesis.Case, luck: random.Random) -> None:
        who = luck.choice(CALLERS)
        if case.path_parameters and luck.random() < 0.6:
            # Of the account's things; what it has none of is for staff.
            who = "account" if set(case.path_parameters) <= set(things) - OF_STAFF else "staff"
            for name in set(case.path_parameters) & set(things):
                case.path_parameters[name] = luck.choice(things[name])
        case.headers.pop("Prefer", None)  # waits on purpose
        response = case.call(app=application, headers=headers[who])
        case.validate_response(response, checks=CHECKS, headers=headers[who])

    cache.clear()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of streams, read without an event loop here
        request()
