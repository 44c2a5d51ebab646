"""Who may read answers and open sockets: pages of origins that are named, programs with a token."""

import json

import httpx
import pytest
from websockets.sync.client import connect

from colorweb.accounts import tokens
from colorweb.accounts.models import User
from colorweb.testing import pictures
from jobs.queue import claims

pytestmark = pytest.mark.django_db(transaction=True)

NAMED = "https://archive.example"


def post(site, **token: str) -> dict:
    """A job that has just been made."""
    photo = {"image": ("old.jpg", pictures.encoded())}
    return httpx.post(f"{site.url}/api/v1/jobs/", files=photo, headers=token).json()


def test_pages_of_a_named_origin_may_read_answers(site, settings):
    settings.CORS_ORIGINS = [NAMED]
    question = {"Access-Control-Request-Method": "POST", "Origin": NAMED}
    answer = httpx.options(f"{site.url}/api/v1/jobs/", headers=question)
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == NAMED
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
    answer = httpx.get(f"{site.url}/api/v1/models/", headers={"Origin": NAMED})
    assert answer.headers["Access-Control-Allow-Origin"] == NAMED
    assert "Location" in answer.headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "Origin" in answer.headers["Vary"]


def test_refusals_before_the_site_itself_can_be_read_there_too(site, settings):
    settings.CORS_ORIGINS, settings.UPLOAD_MAX_BYTES = [NAMED], 1
    body = bytes(1_100_000)
    answer = httpx.post(f"{site.url}/api/v1/jobs/", content=body, headers={"Origin": NAMED})
    assert answer.status_code == 413
    assert answer.headers["Access-Control-Allow-Origin"] == NAMED


@pytest.mark.parametrize("origin", ["https://evil.example", "http://archive.example", "null"])
def test_pages_of_all_other_origins_may_not(site, settings, origin):
    settings.CORS_ORIGINS = [NAMED]
    question = {"Access-Control-Request-Method": "POST", "Origin": origin}
    for answer in (
        httpx.options(f"{site.url}/api/v1/jobs/", headers=question),
        httpx.get(f"{site.url}/api/v1/models/", headers={"Origin": origin}),
    ):
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_no_origin_is_named_by_default(site):
    answer = httpx.get(f"{site.url}/api/v1/models/", headers={"Origin": NAMED})
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_a_program_follows_its_job_by_a_socket_with_its_token(site):
    _, secret = tokens.create(User.objects.create_user("ada@example.org"), "x", ["read", "write"])
    token = {"Authorization": f"Bearer {secret}"}
    job = post(site, **token)
    with connect(job["urls"]["socket"], additional_headers=token) as socket:
        assert json.loads(socket.recv(timeout=60))["job"]["status"] == "queued"
        claims.claim("test")
        news = json.loads(socket.recv(timeout=60))
        while news["type"] != "job":
            news = json.loads(socket.recv(timeout=60))
        assert news["job"]["status"] == "running"


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer cw_unknown"}])
def test_a_socket_without_a_good_token_is_refused(site, headers):
    job = post(site)
    with pytest.raises(Exception, match="403"):
        connect(job["urls"]["socket"], additional_headers=headers)
