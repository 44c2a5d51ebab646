"""What the live page of a run receives."""

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.test import Client

from colorweb import leases
from colorweb.asgi import application
from ml.models import RunPoint, TrainingRun
from ml.training import live, states

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run() -> TrainingRun:
    """A run that some worker has."""
    made = TrainingRun.objects.create(name="Run", preset="quick")
    claimed = leases.claim_one(TrainingRun.objects.all(), state="running")
    assert claimed
    assert claimed.pk == made.pk
    return claimed


def socket(run: TrainingRun, client: Client) -> WebsocketCommunicator:
    cookies = f"sessionid={client.cookies['sessionid'].value}" if client.cookies else ""
    headers = [
        (b"host", b"127.0.0.1"),
        (b"origin", b"http://127.0.0.1"),
        (b"cookie", cookies.encode()),
    ]
    return WebsocketCommunicator(application, f"/ws/training-runs/{run.pk}/", headers)


@sync_to_async
def step(run: TrainingRun, number: int) -> None:
    RunPoint.objects.create(run=run, kind="step", step=number, epoch=number, values={"loss": 1.0})
    states.record(run, fence=run.attempt, step=number)


async def test_first_everything_then_what_is_new(run, django_user_model):
    client = Client()
    staff = await sync_to_async(django_user_model.objects.create_superuser)("s@example.org")
    await sync_to_async(client.force_login)(staff)
    await step(run, 1)
    page = socket(run, client)
    assert (await page.connect(30))[0]
    first = await page.receive_json_from(60)
    assert (first["type"], first["whole"], first["run"]["step"]) == ("run", True, 1)
    assert [point["step"] for point in first["points"]] == [1]
    await step(run, 2)
    news = await page.receive_json_from(60)
    assert (news["whole"], [point["step"] for point in news["points"]]) == (False, [2])
    # Another worker takes it up from a checkpoint: the page forgets what it knew.
    await sync_to_async(TrainingRun.objects.filter(pk=run.pk).update)(attempt=2, sequence=50)
    await sync_to_async(live.announce)(run.pk)
    news = await page.receive_json_from(60)
    assert (news["whole"], [point["step"] for point in news["points"]]) == (True, [1, 2])
    await page.disconnect(timeout=60)


async def test_it_is_for_staff_who_may_view_runs(run, django_user_model):
    assert await socket(run, Client()).connect(30) == (False, 4403)
    client = Client()
    clerk = await sync_to_async(django_user_model.objects.create_user)("c@e.org", is_staff=True)
    await sync_to_async(client.force_login)(clerk)
    assert await socket(run, client).connect(30) == (False, 4403)
