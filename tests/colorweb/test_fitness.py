"""A worker that cannot do its work leaves it to others, and work costs nothing that it failed."""

from types import SimpleNamespace

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import OperationalError

from colorweb import clock
from colorweb.accounts import installation
from colorweb.accounts.models import Installation
from colorweb.health import fitness
from jobs import tasks as jobs_tasks
from ml import tasks as ml_tasks

pytestmark = pytest.mark.django_db


def test_a_worker_with_the_storage_of_this_installation_may_claim():
    installation.mark()
    fitness.doubt()
    assert fitness.may_claim()


def test_a_worker_with_the_storage_of_another_installation_may_not_claim():
    installation.mark()
    default_storage.delete(installation.MARKER)
    default_storage.save(installation.MARKER, ContentFile(b"another"))
    fitness.doubt()
    assert not fitness.may_claim()
    assert fitness.known_problem() == "storage"


def test_a_worker_with_a_storage_that_nobody_marked_may_not_claim_once_prepare_has_run():
    fitness.doubt()
    assert fitness.may_claim()  # `prepare` of this release has not run yet
    Installation.objects.create(pk=1)
    fitness.doubt()
    assert not fitness.may_claim()


def test_a_worker_without_room_on_its_disk_may_not_claim_until_there_is_some(settings):
    limit = settings.UPLOAD_MAX_BYTES
    settings.UPLOAD_MAX_BYTES = 1 << 60
    fitness.doubt()
    assert not fitness.may_claim()
    assert fitness.known_problem() in ("disk", "storage")
    settings.UPLOAD_MAX_BYTES = limit
    assert fitness.may_claim()
    assert fitness.known_problem() == ""


def test_a_photo_that_is_missing_in_the_right_storage_is_no_failure_of_the_worker():
    installation.mark()
    assert not fitness.is_own_failure(FileNotFoundError("a photo"))
    assert fitness.may_claim()


def test_a_photo_that_is_missing_in_the_wrong_storage_is_a_failure_of_the_worker():
    Installation.objects.create(pk=1)
    assert fitness.is_own_failure(FileNotFoundError("a photo"))
    assert not fitness.may_claim()


@pytest.mark.parametrize("error", [OperationalError("server closed"), OSError(28, "full")])
def test_an_outage_is_no_failure_of_the_photo(error):
    assert fitness.is_own_failure(error)


def test_an_error_of_the_code_is_no_outage():
    assert not fitness.is_own_failure(ValueError("a photo"))


def test_tasks_that_fail_one_after_another_show():
    for _ in range(3):
        fitness.record_task(failed=True)
    assert fitness.known_problem() == "tasks"
    fitness.record_task(failed=False)
    assert fitness.known_problem() == ""


def test_prepare_refuses_a_storage_of_another_installation():
    installation.mark()
    default_storage.delete(installation.MARKER)
    default_storage.save(installation.MARKER, ContentFile(b"another"))
    with pytest.raises(installation.WrongStorage):
        installation.mark()


def test_nothing_is_swept_from_the_storage_of_another_installation(monkeypatch):
    monkeypatch.setattr(clock, "_machine", SimpleNamespace(problem=str))  # started hours ago
    Installation.objects.create(pk=1)
    default_storage.save("photos/00/theirs.jpg", ContentFile(b"theirs"))
    for sweep in (jobs_tasks.sweep_files, ml_tasks.sweep):
        with pytest.raises(installation.WrongStorage):
            sweep()
    assert default_storage.exists("photos/00/theirs.jpg")
