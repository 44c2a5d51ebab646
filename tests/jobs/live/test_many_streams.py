"""Many streams and sockets: a number for each visitor and network, and nobody waits for them."""

import asyncio
import threading
import uuid

import httpx
import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connection
from django.test import AsyncClient
from django.test.utils import CaptureQueriesContext

from colorweb.accounts import tokens
from colorweb.accounts.models import User
from colorweb.accounts.visitors import Visitor
from colorweb.asgi import application
from colorweb.http import streams
from colorweb.testing import pictures
from jobs.live import ticker
from jobs.queue import claims
from tests.jobs import make
from tests.jobs.sockets import message, socket

pytestmark = pytest.mark.django_db(transaction=True)

make_job = sync_to_async(make.job)
PER_VISITOR = settings.STREAMS["visitor"]


async def opened(guest: str, count: int):
    """So many sockets of a guest."""
    sockets = [socket("/ws/me/", guest=guest) for _ in range(count)]
    for one in sockets:
        assert await one.connect(60) == (True, None)
    return sockets


async def close(sockets) -> None:
    await asyncio.gather(*(one.disconnect(60) for one in sockets))


async def events_of(job, **headers: str):
    return await AsyncClient().get(f"/api/v1/jobs/{job.pk}/events/", headers=headers)


async def test_a_visitor_has_a_number_of_sockets_and_others_have_theirs():
    sockets = await opened(make.GUEST, PER_VISITOR)
    one_more = socket("/ws/me/")
    assert await one_more.connect(60) == (False, 4429)
    await one_more.disconnect(timeout=60)
    sockets += await opened("b" * 32, 1)
    await close(sockets[:1])
    sockets = sockets[1:] + await opened(make.GUEST, 1)
    await close(sockets)


async def test_a_network_has_a_number_of_sockets_whatever_cookies_it_shows():
    sockets = []
    for number in range(settings.STREAMS["network"]):
        guest = f"{number // PER_VISITOR:032x}"
        sockets += await opened(guest, 1)
    one_more = socket("/ws/me/", guest="c" * 32)
    assert await one_more.connect(60) == (False, 4429)
    await one_more.disconnect(timeout=60)
    await close(sockets)


async def test_streams_of_one_token_have_a_number(ada: User):
    job = await make_job(photo=await sync_to_async(make.photo)(guest="", owner=ada))
    _, secret = await sync_to_async(tokens.create)(ada, "test", ["read"])
    headers = {"Authorization": f"Bearer {secret}", "Accept": "text/event-stream"}
    answers = [await events_of(job, **headers) for _ in range(settings.STREAMS["token"])]
    assert {answer.status_code for answer in answers} == {200}
    refused = await events_of(job, **headers)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_streams")
    assert int(refused["Retry-After"]) > 0
    answers[0].close()  # though nothing of it was read
    answers[0] = await events_of(job, **headers)
    assert answers[0].status_code == 200
    for answer in answers:
        answer.close()


async def test_who_has_too_many_streams_is_not_waited_for():
    sockets = await opened(make.GUEST, PER_VISITOR)
    token = Visitor(user=None, guest=make.GUEST, address="").token
    server = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=server, base_url="http://127.0.0.1") as http:
        answer = await http.post(
            "/api/v1/jobs/",
            files={"image": pictures.encoded()},
            headers={"Authorization": f"Bearer {token}", "Prefer": "wait=30"},
        )
    assert (answer.status_code, answer.json()["status"]) == (202, "queued")
    await close(sockets)


async def test_a_page_hears_that_its_photo_is_nearer():
    first = await make_job()
    mine = await make_job(owner="address:2")
    page = socket(f"/ws/jobs/{mine.pk}/")
    await page.connect(60)
    assert (await page.receive_json_from(60))["job"]["position"] == 2
    claimed = await sync_to_async(claims.claim)("test")
    assert [job.pk for job in claimed] == [first.pk]
    news = await message(page, "progress")
    while news["position"] != 1:
        news = await message(page, "progress")
    assert (news["id"], news["sequence"], news["stage"]) == (str(mine.pk), 0, "waiting")
    await page.disconnect(timeout=60)


def test_a_look_at_many_jobs_takes_as_many_queries_as_at_one():
    jobs = [make.job() for _ in range(40)]

    def queries(ids: list[uuid.UUID]) -> int:
        ticker.look(ids)  # fills what is cached for some seconds
        with CaptureQueriesContext(
            connection,
        ) as seen:
            ticks = ticker.look(ids)
        assert [ticks[job_id].position for job_id in ids] == list(range(1, len(ids) + 1))
        return len(seen)

    assert queries([jobs[0].pk]) == queries([job.pk for job in jobs]) == 2


async def test_pages_and_files_do_not_wait_for_streams():
    done = await sync_to_async(make.job)()
    busy, free = threading.Semaphore(0), threading.Event()

    def hold() -> None:
        busy.release()
        free.wait(60)

    holding = [
        asyncio.create_task(streams.read(hold, network=str(number)))
        for number in range(2 * streams.THREADS)
    ]
    try:
        for _ in range(streams.THREADS):
            assert await asyncio.to_thread(busy.acquire, timeout=60)
        server = httpx.ASGITransport(application)
        async with httpx.AsyncClient(transport=server, base_url="http://127.0.0.1") as http:
            assert (await http.get("/")).status_code == 200
            assert (await http.get(f"/files/{done.pk}/result")).status_code == 404
        assert not any(task.done() for task in holding)
    finally:
        free.set()
        await asyncio.gather(*holding)


async def test_sockets_of_one_network_do_not_wait_for_those_of_another():
    busy, free = threading.Semaphore(0), threading.Event()

    def hold() -> None:
        busy.release()
        free.wait(60)

    flood = [
        asyncio.create_task(streams.read(hold, network="192.0.2.1"))
        for _ in range(3 * streams.THREADS)
    ]
    try:
        for _ in range(streams.THREADS_PER_NETWORK):
            assert await asyncio.to_thread(busy.acquire, timeout=60)
        page = socket("/ws/me/")
        assert (await page.connect(60))[0]
        assert (await page.receive_json_from(60))["type"] == "snapshot"
        assert not any(task.done() for task in flood)
        await page.disconnect(timeout=60)
    finally:
        free.set()
        await asyncio.gather(*flood)
