"""Any two results of a photo under the slider."""

from typing import Any

import pytest
from django.test import Client

from colorweb.accounts.models import User
from jobs import states, trash
from jobs.models import Job, State
from tests.jobs import make
from tests.jobs.test_history import photo

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def user() -> User:
    return User.objects.create_user("ada@example.org")


@pytest.fixture
def client(user) -> Client:
    """A browser in which Ada is logged in."""
    client = Client()
    client.force_login(user)
    return client


def coloured(user: User) -> Job:
    """The first result of a new photo of the user's."""
    newest = photo(user).newest
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


def test_the_newest_two_and_any_two(client, user):
    first = coloured(user)
    second, third = again(first), again(first, vividness=1.5)
    address = f"/photos/{first.photo_id}/compare/"
    one, two, three = (str(job.pk) for job in (first, second, third))
    assert shown(client, address) == (two, three)
    assert shown(client, f"{address}?a={three}&b={one}") == (three, one)
    assert shown(client, f"{address}?a=nonsense&b={two}") == (two, two)
    page = client.get(address).content.decode()
    assert f"/files/{second.pk}/preview" in page
    assert "vividness 1.5" in page


def test_the_history_leads_there_where_there_is_something_to_compare(client, user):
    first = coloured(user)
    address = f"/photos/{first.photo_id}/compare/"
    assert address not in client.get("/history/").content.decode()
    assert client.get(address)["Location"] == f"/jobs/{first.pk}/"
    assert address not in client.get(f"/jobs/{first.pk}/").content.decode()
    again(first)
    for page in ("/history/", f"/jobs/{first.pk}/"):
        assert address in client.get(page).content.decode()


def test_others_and_the_trash_are_not_compared(client, user):
    first = coloured(user)
    again(first)
    address = f"/photos/{first.photo_id}/compare/"
    assert Client().get(address).status_code == 404
    trash.put([first.photo])
    assert client.get(address).status_code == 404
