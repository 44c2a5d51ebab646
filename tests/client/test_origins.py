"""Who may read answers and open sockets: pages of origins that are named, programs with a token."""

import http.server
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

from colorweb.accounts import tokens
from colorweb.accounts.models import User
from colorweb.testing import pictures
from jobs.models import Job
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


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[str]:
    """A page of another origin, on a port of its own."""
    page = """<!doctype html><title>Archive</title><script>
    async function color(api, photo) {
      const token = (await (await fetch(`${api}/me/`)).json()).guest_token;
      const body = new FormData();
      body.append("image", new Blob([Uint8Array.from(photo)]), "old.jpg");
      const headers = { Accept: "image/*", Authorization: `Bearer ${token}` };
      const answer = await fetch(`${api}/jobs/`, { method: "POST", headers, body });
      return [answer.headers.get("X-Job-Id"), await answer.text()];
    }</script>"""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "index.html").write_text(page)

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: object) -> None:
            super().__init__(*args, directory=str(folder))  # type: ignore[arg-type]

        def log_message(self, *_args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


BROWSER = """
import json, sys
from playwright.sync_api import sync_playwright
from colorweb.testing import browser
elsewhere, api, photo = sys.argv[1:]
with sync_playwright() as playwright:
    program = playwright.chromium.launch(executable_path=browser.find(), args=browser.FLAGS)
    page = program.new_page()
    page.goto(elsewhere)
    sent = [api, list(open(photo, "rb").read())]
    print(json.dumps(page.evaluate("([api, photo]) => color(api, photo)", sent)))
    program.close()
"""


@pytest.mark.e2e
def test_a_page_of_a_named_origin_colors_a_photo(site, worker, tmp_path, settings, elsewhere):
    settings.CORS_ORIGINS = [elsewhere]
    photo = tmp_path / "old.jpg"
    photo.write_bytes(pictures.encoded())
    command = [sys.executable, "-c", BROWSER, elsewhere, f"{site.url}/api/v1", str(photo)]
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=120, check=True
    )
    job, colors = json.loads(done.stdout)
    assert (job, colors) == (str(Job.objects.get().pk), "colors of old.jpg")
