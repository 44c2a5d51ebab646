"""The real API behind a real port, with somebody who finishes jobs."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from django.db import connections

from colorweb.asgi import application
from colorweb.testing import pictures
from colorweb.testing.waiting import wait_for
from jobs.models import State
from jobs.queue import claims, states
from jobs.results import renditions
from jobs.storage import files


class Site(uvicorn.Server):
    """The site as its web process serves it: one event loop, in a thread."""

    def __init__(self) -> None:
        super().__init__(uvicorn.Config(application, port=0, lifespan="off", log_level="warning"))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.servers[0].sockets[0].getsockname()[1]}"


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """The site on a free port."""
    site = Site()
    thread = threading.Thread(target=site.run, daemon=True)
    thread.start()
    wait_for(lambda: site.started, "the site")
    yield site
    site.should_exit = True
    thread.join(60)


class Worker(threading.Thread):
    """Ends every job: a color for each photo, except the broken ones."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.ended = threading.Event()
        self.broken: set[str] = set()

    def run(self) -> None:
        while not self.ended.wait(0.02):
            for job in claims.claim("test"):
                if job.photo.name in self.broken:
                    values: dict[str, Any] = {"error_code": "damaged"}
                    values["error_message"] = "The file is damaged."
                    states.change(job.pk, State.FAILED, fence=1, **values)
                    continue
                with files.new_file(job.file("result")) as file:
                    file.write(b"colors of " + job.photo.name.encode())
                states.change(
                    job.pk,
                    State.SUCCEEDED,
                    fence=1,
                    result=job.file("result"),
                    model_name="test",
                    model_version="0" * 12,
                )
            while rendition := renditions.claim():
                name = rendition.job.photo.name
                with files.new_file(rendition.name(rendition.attempt)) as file:
                    file.write(f"colors of {name} as {rendition.format}".encode())
                renditions.finish(rendition, 1)
        connections.close_all()


@pytest.fixture
def worker() -> Iterator[Worker]:
    """A worker beside the API."""
    worker = Worker()
    worker.start()
    yield worker
    worker.ended.set()
    worker.join(60)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """Named old.jpg, in a folder of its own."""
    path = tmp_path / "old.jpg"
    path.write_bytes(pictures.encoded())
    return path


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """A folder of three photos."""
    folder = tmp_path / "album"
    folder.mkdir()
    for seed, name in enumerate(("a.jpg", "b.jpg", "c.jpg")):
        (folder / name).write_bytes(pictures.encoded(seed=seed))
    return folder
