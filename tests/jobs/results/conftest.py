import pytest

from colorweb.testing import pictures
from jobs.models import Job
from tests.jobs.results.finished import colored


@pytest.fixture
def job(client) -> Job:
    """A photo of 320 x 240 that this client has had colored."""
    client.post("/api/v1/jobs/", {"image": pictures.upload(content=pictures.encoded("PNG"))})
    return colored(Job.objects.get())
