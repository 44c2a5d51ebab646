"""Any two results of a photo under the slider."""

from typing import Any

import pytest
from django.test import Client

from colorweb.accounts.models import User
from jobs.models import Job, State
from jobs.photos import trash
from jobs.queue import states
from tests.jobs import make

pytestmark = pytest.mark.django_db(transaction=True)


def colored(user: User) -> Job:
    """The first result of a new photo of the user's."""
    newest = make.photo_of(user).newest
    assert newest
    return newest


def again(first: Job, **options: Any) -> Job:
    """One more result of a photo."""
    job = make.job(photo=first.photo, **options)
    Job.objects.filter(pk=job.pk).update(state=State.RUNNING)
    states.change(job.pk, State.SUCCEEDED, result="x.jpg", model_name="resnet-gray-unet")
    return job


def shown(client: Client, address: str) -> tuple[str, str]:
    context = client.get(address).context
    return context["left"]["id"], context["right"]["id"]


def test_the_newest_two_and_any_two(browser, ada):
    first = colored(ada)
    second, third = again(first), again(first, network_size=384)
    address = f"/photos/{first.photo_id}/compare/"
    one, two, three = (str(job.pk) for job in (first, second, third))
    assert shown(browser, address) == (two, three)
    assert shown(browser, f"{address}?a={three}&b={one}") == (three, one)
    assert shown(browser, f"{address}?a=nonsense&b={two}") == (two, two)
    page = browser.get(address).content.decode()
    assert f"/files/{second.pk}/preview" in page
    assert "resnet-gray-unet, 384 px, in use" in page


def test_the_history_leads_there_where_there_is_something_to_compare(browser, ada):
    first = colored(ada)
    address = f"/photos/{first.photo_id}/compare/"
    assert address not in browser.get("/history/").content.decode()
    assert browser.get(address)["Location"] == f"/jobs/{first.pk}/"
    assert address not in browser.get(f"/jobs/{first.pk}/").content.decode()
    again(first)
    for page in ("/history/", f"/jobs/{first.pk}/"):
        assert address in browser.get(page).content.decode()


def test_others_and_the_trash_are_not_compared(browser, ada):
    first = colored(ada)
    again(first)
    address = f"/photos/{first.photo_id}/compare/"
    assert Client().get(address).status_code == 404
    trash.put([first.photo])
    assert browser.get(address).status_code == 404
