"""What an owner writes about a photo goes into the files that are to carry it."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from colorweb.accounts.models import User
from jobs.models import Job, Photo, Rendition
from jobs.results import renditions, words
from tests.jobs import make

pytestmark = pytest.mark.django_db(transaction=True)
WRITTEN = {"title": "Harvest", "caption": "At Krāslava", "taken": "1931", "people": "Anna, Jānis"}


def colored(user: User) -> Job:
    """The job of a photo of the user's."""
    job = make.photo_of(user).newest
    assert job
    return job


def test_words_are_written_on_the_page(browser, ada):
    job = colored(ada)
    browser.post(f"/jobs/{job.pk}/words/", {**WRITTEN, "alt": "A field"})
    photo = Photo.objects.get()
    assert words.of(photo) == ("Harvest", "At Krāslava", "1931", ("Anna", "Jānis"))
    assert photo.alt == "A field"
    page = browser.get(f"/jobs/{job.pk}/").content.decode()
    assert "Anna, Jānis" in page
    assert "At Krāslava" in page


def test_a_date_that_is_none_changes_nothing_of_what_it_came_with(browser, ada):
    job = colored(ada)
    browser.post(f"/jobs/{job.pk}/words/", {**WRITTEN, "alt": "", "taken": "long ago"})
    assert words.of(Photo.objects.get()) == ("Harvest", "", "", ())


def test_files_that_carry_words_are_made_again_when_those_change(ada):
    job = colored(ada)
    carrying, plain = (
        renditions.request(job, None, format="png", keep_metadata=keep) for keep in (True, False)
    )
    default_storage.save("carrying.png", ContentFile(b"x"))
    Rendition.objects.filter(pk=carrying.pk).update(
        state=Rendition.State.READY, file="carrying.png", bytes=1
    )
    words.write(job.photo, title="Another")
    assert list(Rendition.objects.all()) == [plain]
    assert not default_storage.exists("carrying.png")
