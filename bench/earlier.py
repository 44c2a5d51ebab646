"""What the fullest pages cost the web process, beside those of an earlier revision.

Both sites run in this environment and hold the same photos of one account, which asks for them.
"""

import io
import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.requests import Web, site
from bench.rows import Row, ms
from colorweb.runtime import REPOSITORY
from colorweb.testing import node

REVISION = "995a259"
AIM = 0.6
ROUNDS = 8
"""In which both sites are asked in turn, so that they meet the same machine."""

# Runs in either revision, with the names that both know, or the one of them that is there.
FILL = """
import json, django
django.setup()
from datetime import timedelta
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from colorweb.accounts.models import User
from jobs.models import Job, Photo

owner, now = User.objects.create(email="owner@example.org"), timezone.now()
shown = "version" if hasattr(Photo, "version") else "published_job"
for number in range(100):
    photo = Photo.objects.create(
        owner=owner, name=f"scan-{number}.jpg", title=f"Harbor {number}", source="photos/a.jpg",
        format="jpeg", bytes=10**6, stored_bytes=10**6, width=1600, height=1200, likes=number,
        state="succeeded", visibility="public", published_at=now - timedelta(minutes=number),
    )
    job = Job.objects.create(
        photo=photo, state="succeeded", stage="done", queue_owner="user:1", turn=number,
        frame="256x336", model_name="resnet-gray-unet", model_version="0123456789ab",
        result="photos/b.jpg", started_at=now, finished_at=now,
    )
    Photo.objects.filter(pk=photo.pk).update(**{"newest": job, shown: job})
client = Client()
client.force_login(owner)
pages = {"gallery": "gallery", "history": "history", "GET jobs/": "api-jobs"}
print(json.dumps({
    "cookies": {name: cookie.value for name, cookie in client.cookies.items()},
    "addresses": {
        **{name: reverse(view) for name, view in pages.items()},
        "result page": reverse("job", args=[Job.objects.all()[50].pk]),
    },
}))
"""


def rows(*, quick: bool) -> list[Row]:
    """The gallery, a history, a result page and a list of jobs, on SQLite."""
    count = 5 if quick else 25
    with ExitStack() as stack:
        earlier = _checked_out(stack.enter_context(_folder()))
        if earlier is None:
            return [
                Row(f"pages beside revision {REVISION}", "not measured: it is not in this clone")
            ]
        then, now = (stack.enter_context(_filled(tree)) for tree in (earlier, REPOSITORY))
        return [_row(name, then, now, count) for name in now.addresses]


class Site:
    """A site's web process, with an account that asks for pages."""

    def __init__(self, web: Web, cookies: dict[str, str], addresses: dict[str, str]) -> None:
        self.web, self.addresses = web, addresses
        web.http.cookies.update(cookies)

    def cost(self, page: str, count: int) -> float:
        """Milliseconds of processor time of one GET."""
        return self.web.cost(self.addresses[page], count)


def _row(name: str, then: Site, now: Site, count: int) -> Row:
    pairs = [(then.cost(name, count), now.cost(name, count)) for _round in range(ROUNDS)]
    before, after = (sum(side) / ROUNDS for side in zip(*pairs, strict=True))
    return Row(
        f"request {name}",
        ms(after),
        f"{ms(before)} in revision {REVISION}",
        f"{after / before:.2f} x",
        f"at most {AIM} x",
    )


@contextmanager
def _filled(tree: Path) -> Iterator[Site]:
    with site(tree) as web:
        filled = subprocess.run(
            [sys.executable, "-c", FILL],
            cwd=tree,
            env=web.environment,
            capture_output=True,
            check=True,
        )
        yield Site(web, **json.loads(filled.stdout.splitlines()[-1]))


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="colorweb-earlier-") as name:
        yield Path(name)


def _checked_out(folder: Path) -> Path | None:
    """The earlier revision with its front end, in a folder; None if git does not know it."""
    packed = subprocess.run(
        ["git", "archive", REVISION], cwd=REPOSITORY, capture_output=True, check=False
    )
    if packed.returncode:
        return None
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as files:
        files.extractall(folder, filter="data")
    frontend = folder / "frontend"
    (frontend / "node_modules").symlink_to(REPOSITORY / "frontend" / "node_modules")
    vite = [node.node(), "node_modules/vite/bin/vite.js", "build", "--logLevel", "error"]
    subprocess.run(vite, cwd=frontend, check=True)
    return folder
