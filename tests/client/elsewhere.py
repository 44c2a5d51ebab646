"""A page of another origin, in a browser, that colors a photo by the API."""

import http.server
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.test import override_settings

from tests.client.senders import run

PAGE = b"""<!doctype html><title>Archive</title><script>
async function color(api, photo) {
  const token = (await (await fetch(`${api}/me/`)).json()).guest_token;
  const body = new FormData();
  body.append("image", new Blob([Uint8Array.from(photo)]), "old.jpg");
  const headers = { Accept: "image/*", Authorization: `Bearer ${token}` };
  const answer = await fetch(`${api}/jobs/`, { method: "POST", headers, body });
  if (!answer.headers.get("X-Job-Id")) throw new Error("It cannot be read whose picture this is.");
  return Array.from(await answer.bytes());
}</script>"""

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


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_args: object) -> None:
        pass


@contextmanager
def _origin() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def by_page(url: str, photo: Path) -> bytes:
    """The site's operator has named the page's origin."""
    with _origin() as origin, override_settings(CORS_ORIGINS=[origin]):
        command = [sys.executable, "-c", BROWSER, origin, f"{url}/api/v1", str(photo)]
        return bytes(json.loads(run(command, settings.BASE_DIR)))
