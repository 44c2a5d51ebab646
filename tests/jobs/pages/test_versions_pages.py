"""A photo's page without a script: a look is kept, it is turned, versions are used and removed."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from jobs.models import Job, Photo, State
from jobs.queue import claims, states
from jobs.storage import files
from ml.versions import registry
from tests.jobs import make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def first(ada) -> Job:
    """A colored photo of Ada's."""
    return finish(make.job(photo=make.photo(guest="", owner=ada)))


def finish(job: Job) -> Job:
    """Let a queued job succeed, with files."""
    (running,) = claims.claim("test")
    for kind in files.of_result(running):
        default_storage.save(running.file(kind), ContentFile(b"x"))
    network = registry.resolve("")
    states.change(
        job.pk,
        State.SUCCEEDED,
        fence=1,
        result=running.file("result"),
        model_name=network.name,
        model_version=network.version,
    )
    return Job.objects.select_related("photo").get(pk=job.pk)


def test_a_look_is_kept(browser, first):
    answer = browser.post(f"/jobs/{first.pk}/look/", {"vividness": "1.5", "tones": "0.25"})
    assert answer["Location"] == f"/jobs/{first.pk}/"
    photo = Photo.objects.get()
    assert (photo.look, photo.look_revision) == ((1.5, 0.25), 1)
    page = browser.get(f"/jobs/{first.pk}/").content.decode()
    assert 'data-vividness="1.5" data-tones="0.25"' in page
    assert f"/files/{first.pk}/preview?look=1.5-0.25" in page


def test_a_look_that_there_is_not_changes_nothing(browser, first):
    browser.post(f"/jobs/{first.pk}/look/", {"vividness": "5", "tones": "0"})
    assert Photo.objects.get().look_revision == 0


@pytest.mark.parametrize(("way", "turn"), [("left", 270), ("right", 90)])
def test_a_photo_is_turned_and_back_is_where_it_was(browser, first, way, turn):
    answer = browser.post(f"/jobs/{first.pk}/turn/", {way: ""})
    turned = finish(Job.objects.exclude(pk=first.pk).get())
    assert answer["Location"] == f"/jobs/{turned.pk}/"
    assert turned.geometry == {"turn": turn, "corners": None}
    back = {"left": "right", "right": "left"}[way]
    answer = browser.post(f"/jobs/{turned.pk}/turn/", {back: ""})
    assert answer["Location"] == f"/jobs/{first.pk}/"
    assert Photo.objects.get().version == first


def test_versions_are_shown_used_and_removed(browser, first):
    assert 'id="versions"' not in browser.get(f"/jobs/{first.pk}/").content.decode()
    browser.post(f"/jobs/{first.pk}/again/", {"network_size": "128"})
    second = finish(Job.objects.exclude(pk=first.pk).get())
    page = browser.get(f"/jobs/{second.pk}/").content.decode()
    assert f"/jobs/{first.pk}/use/" in page
    assert f"/jobs/{second.pk}/use/" not in page
    refused = browser.post(f"/jobs/{second.pk}/remove/", follow=True).content.decode()
    assert "The photo is shown in this version." in refused
    browser.post(f"/jobs/{first.pk}/use/")
    assert Photo.objects.get().version == first
    answer = browser.post(f"/jobs/{second.pk}/remove/")
    assert answer["Location"] == f"/jobs/{first.pk}/"
    assert Job.objects.get() == first


def test_colors_are_mended_only_where_the_network_takes_hints(browser, first):
    assert "<photo-mend" in browser.get(f"/jobs/{first.pk}/").content.decode()
    old = registry.resolve("resnet-gray")
    Job.objects.update(model_name=old.name, model_version=old.version)
    assert "<photo-mend" not in browser.get(f"/jobs/{first.pk}/").content.decode()
