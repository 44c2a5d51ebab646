"""What a request costs the web process: processor time, its children's too, beside a bare view."""

import io
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from http import HTTPStatus
from pathlib import Path

import httpx
from PIL import Image

from bench.rows import Row, ms
from bench.scene import scene
from colorweb.runtime import REPOSITORY
from colorweb.testing import valkey
from colorweb.testing.ports import free_port
from colorweb.testing.waiting import wait_for

TICK = os.sysconf("SC_CLK_TCK")
BARE = """
import sys, uvicorn
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import HttpResponse
from django.urls import path

async def view(request):
    return HttpResponse("ok\\n", content_type="text/plain")

urlpatterns = [path("healthz", view)]
settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["127.0.0.1"], SECRET_KEY="bench")
uvicorn.run(get_asgi_application(), port=int(sys.argv[1]), lifespan="off")
"""


def rows(*, quick: bool) -> list[Row]:
    """Health, a job's status, and taking in a small photo; SQLite, and no worker."""
    count = 100 if quick else 400
    with ExitStack() as stack:
        bare, web = stack.enter_context(_bare()), stack.enter_context(site())
        web.sign_in()
        floor = bare.cost("/healthz", count)
        health = web.cost("/healthz", count)
        answer = web.send(_photo(0))
        status = answer["urls"]["self"]
        cost = web.cost(status, count)
        web.http.headers["If-None-Match"] = web.http.get(status).headers["ETag"]
        unchanged = web.cost(status, count)
        del web.http.headers["If-None-Match"]
        numbers = iter(range(1, 10_000))
        intake = web.measured(lambda: web.send(_photo(next(numbers))), count // 4)
    against = f"{ms(floor)} of a bare Django view"
    return [
        Row("request /healthz", ms(health), against, f"{health / floor:.1f} x", "at most 2 x"),
        Row("request jobs/{id}/", ms(cost), against, f"{cost / floor:.1f} x", "at most 4 x"),
        Row(
            "- answered by 304",
            ms(unchanged),
            against,
            f"{unchanged / floor:.1f} x",
            "at most 2.5 x",
        ),
        Row(
            "request POST jobs/, 256 x 256",
            ms(intake),
            against,
            f"{intake / floor:.0f} x",
            "at most 30 ms",
        ),
    ]


class Web:
    """A web process, started with an environment, and somebody who asks it."""

    def __init__(
        self, process: subprocess.Popen[bytes], port: int, environment: dict[str, str]
    ) -> None:
        self.process, self.environment = process, environment
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60)
        wait_for(self._answers, "the web process to answer", 60)

    def _answers(self) -> bool:
        try:
            return self.http.get("/healthz").status_code == 200
        except httpx.TransportError:
            return False

    def sign_in(self) -> None:
        """As a guest, by a token."""
        token = self.http.get("/api/v1/me/").json()["guest_token"]
        self.http.headers["Authorization"] = f"Bearer {token}"

    def send(self, photo: bytes) -> dict[str, dict[str, str]]:
        """The answer to a photo."""
        answer = self.http.post("/api/v1/jobs/", files={"image": ("a.jpg", photo, "image/jpeg")})
        answer.raise_for_status()
        return answer.json()

    def cost(self, address: str, count: int) -> float:
        """Milliseconds of processor time of one GET."""
        return self.measured(lambda: self._get(address), count)

    def _get(self, address: str) -> None:
        answer = self.http.get(address)
        if answer.status_code != HTTPStatus.NOT_MODIFIED:
            answer.raise_for_status()

    def measured(self, request: Callable[[], object], count: int) -> float:
        """Milliseconds of processor time of one such request."""
        for _warm in range(max(3, count // 20)):
            request()
        before = self._seconds()
        for _each in range(count):
            request()
        return (self._seconds() - before) / count * 1000

    def _seconds(self) -> float:
        """Of all threads and of the processes it has started, those that ended too."""
        pids = [self.process.pid]
        for thread in Path(f"/proc/{self.process.pid}/task").iterdir():
            with suppress(FileNotFoundError):  # a thread that has just ended
                pids += map(int, (thread / "children").read_text().split())
        fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
        return sum(sum(map(int, each[11:13])) for each in fields) / TICK


@contextmanager
def _started(
    command: list[str], port: int, environment: dict[str, str], repository: Path = REPOSITORY
) -> Iterator[Web]:
    process = subprocess.Popen(
        command,
        cwd=repository,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield Web(process, port, environment)
    finally:
        process.terminate()
        process.wait(60)


@contextmanager
def _bare() -> Iterator[Web]:
    port = free_port()
    with _started([sys.executable, "-c", BARE, str(port)], port, dict(os.environ)) as web:
        yield web


@contextmanager
def site(repository: Path = REPOSITORY) -> Iterator[Web]:
    """The web process of a new site, with its broker and cache; of the code in a folder."""
    port = free_port()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "colorweb.settings",
            "VAR_DIR": str(folder),
            "PORT": str(port),
            "UPLOAD_RATE": "100000/min",
            "REQUEST_RATE": "100000/min",
        }
        for server, setting in (("broker", "REDIS_URL"), ("cache", "CACHE_URL")):
            process = valkey.start(folder / f"{server}.sock")
            stack.callback(process.wait)
            stack.callback(process.terminate)
            environment[setting] = f"unix://{folder / server}.sock"
        serve = [sys.executable, "-m", "colorweb.serve"]
        subprocess.run(
            [*serve, "prepare"],
            cwd=repository,
            env=environment,
            stdout=subprocess.DEVNULL,
            check=True,
        )
        yield stack.enter_context(_started([*serve, "web"], port, environment, repository))


def _photo(seed: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(scene(256, 256, seed)).save(file, "JPEG", quality=90)
    return file.getvalue()
