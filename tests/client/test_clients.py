"""A photo is colored whatever program sends it, and in whatever form."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from jobs.models import Job
from tests.client import elsewhere, generated, senders

pytestmark = pytest.mark.django_db(transaction=True)

CLIENTS: dict[str, Callable[[str, Path], bytes]] = {
    **{form: partial(senders.by_curl, form) for form in senders.CURL},
    "httpx": senders.by_httpx,
    "httpx, async": senders.by_async_httpx,
    "requests": senders.by_requests,
    "aiohttp": senders.by_aiohttp,
    "Node.js, a form": partial(senders.by_node, senders.FETCH),
    "Node.js, a stream": partial(senders.by_node, senders.STREAM),
    "the command colorweb": senders.by_command,
    "Python, generated": generated.by_python,
    "TypeScript, generated": generated.by_typescript,
    "a page of a named origin": elsewhere.by_page,
}
MARKS = {"a page of a named origin": pytest.mark.e2e}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=MARKS.get(name, ())) for name in CLIENTS]
)
def test_a_photo_is_colored(name, site, worker, photo):
    assert CLIENTS[name](site.url, photo) == b"colors of old.jpg"
    assert Job.objects.count() == (0 if "generated" in name else 1)  # they delete it at the end
