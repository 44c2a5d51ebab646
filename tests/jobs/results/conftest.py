from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from colorweb.testing import pictures
from jobs.models import Job
from ml.resnet_gray.network import weights
from tests.jobs.results.finished import colored


@pytest.fixture(scope="module")
def worker(tmp_path_factory, django_db_setup, django_db_blocker) -> Iterator[Any]:
    """This process as a worker that takes batches of four, and answers questions of those who mend
    only when a test says so. Its network is untrained."""
    from jobs.results.worker import Worker  # noqa: PLC0415 - imports what colors

    path = Path(tmp_path_factory.mktemp("weights")) / "untrained.safetensors"
    weights.save(path, *weights.untrained("resnet-gray-unet", seed=0))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLORWEB_MODEL", str(path))
        patch.setattr("jobs.results.worker.CPU_BATCH", 4)
        patch.setattr("jobs.results.mending.Mending.start", lambda _self: None)
        with django_db_blocker.unblock():
            worker = Worker()
        yield worker
        worker.stop()


@pytest.fixture
def job(client) -> Job:
    """A photo of 320 x 240 that this client has had colored."""
    client.post("/api/v1/jobs/", {"image": pictures.upload(content=pictures.encoded("PNG"))})
    return colored(Job.objects.get())
