"""`Prefer: wait` and server-sent events: answers that take their time."""

import asyncio
import errno
import json
import threading

import httpx
import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError
from django.test import AsyncClient

from colorweb.accounts.revocation import Stream
from colorweb.accounts.visitors import Visitor
from colorweb.asgi import application
from colorweb.http import streams
from colorweb.testing import pictures
from colorweb.testing.waiting import wait_for
from jobs.events.progress import Progress
from jobs.live import subscriptions
from jobs.models import Job, State
from jobs.photos import visibility
from jobs.queue import claims, states
from jobs.storage import access
from tests.jobs import make

pytestmark = pytest.mark.django_db(transaction=True)

make_job = sync_to_async(make.job)
claim = sync_to_async(claims.claim)
change = sync_to_async(states.change)


async def post(prefer: str, **headers: str) -> httpx.Response:
    server = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=server, base_url="http://127.0.0.1") as http:
        photo = {"image": pictures.encoded()}
        return await http.post("/api/v1/jobs/", files=photo, headers={"Prefer": prefer, **headers})


async def eventually(look, what: str):
    """What `look` finds, once it finds something."""
    return await streams.read(wait_for, look, what)


def finish(job: Job) -> None:
    claims.claim("test")
    states.change(job.pk, State.SUCCEEDED, fence=1, result="x.jpg")


async def test_who_prefers_to_wait_gets_the_finished_job():
    asking = asyncio.create_task(post("wait=20"))
    await streams.read(finish, await eventually(Job.objects.first, "the job"))
    answer = await asking
    assert (answer.status_code, answer.json()["status"]) == (201, "succeeded")
    assert answer.headers["Preference-Applied"] == "wait=20"
    assert answer.json()["guest_token"]
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.cookies["guest"]


async def test_who_waits_reads_why_it_failed_in_their_language():
    asking = asyncio.create_task(post("wait=20", **{"Accept-Language": "ru"}))
    await eventually(Job.objects.first, "the job")
    await claim("test")
    job = await Job.objects.aget()
    await change(job.pk, State.FAILED, fence=1, error_code="damaged")
    answer = (await asking).json()
    assert (answer["status"], answer["error"]["code"]) == ("failed", "damaged")
    assert "файл" in answer["error"]["message"].lower()


async def test_what_fails_after_the_wait_is_a_problem_in_words(monkeypatch):
    async def lost(*_asked, **_more):
        raise OperationalError("no database")

    monkeypatch.setattr(subscriptions, "ended", lost)
    answer = await post("wait=20")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


async def test_a_picture_that_cannot_be_read_after_the_wait_is_503(monkeypatch):
    def unreadable(*_asked, **_more):
        raise OSError(errno.EIO, "the disk")

    monkeypatch.setattr("jobs.api.pictures.serve", unreadable)
    asking = asyncio.create_task(post("wait=20", Accept="image/*"))
    await streams.read(finish, await eventually(Job.objects.first, "the job"))
    answer = await asking
    assert (answer.status_code, answer.json()["code"]) == (503, "storage_unavailable")


async def test_who_has_waited_long_enough_gets_202_and_the_address():
    answer = await post("respond-async, wait=1")
    assert (answer.status_code, answer.json()["status"]) == (202, "queued")
    assert answer.headers["Location"] == answer.json()["urls"]["self"]


async def test_waiting_has_a_bound(monkeypatch):
    timeouts = []

    async def record(job_id, seconds, stream, network):
        timeouts.append(seconds)
        return False

    monkeypatch.setattr(subscriptions, "ended", record)
    answer = await post("wait=86400")
    assert (timeouts, answer.headers["Preference-Applied"]) == ([30], "wait=30")


def test_without_a_preference_nobody_waits(client):
    answer = client.post("/api/v1/jobs/", {"image": pictures.upload()}, headers={"Prefer": "x"})
    assert answer.status_code == 201
    assert "Preference-Applied" not in answer


def test_only_sending_waits(client):
    answer = client.get("/api/v1/jobs/", headers={"Prefer": "wait=30"})
    assert (answer.status_code, "Preference-Applied" in answer) == (200, False)


def test_a_refusal_is_not_waited_for(client):
    answer = client.post("/api/v1/jobs/", {}, headers={"Prefer": "wait=30"})
    assert (answer.status_code, answer.json()["code"]) == (400, "required")


def threads_of_requests() -> int:
    names = [thread.name for thread in threading.enumerate()]
    return len([name for name in names if name.startswith("ThreadPoolExecutor")])


async def test_waiting_requests_hold_no_thread():
    before = threads_of_requests()
    photo, several = pictures.encoded(), 8
    server = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=server, base_url="http://127.0.0.1") as http:
        asking = [
            asyncio.create_task(
                http.post("/api/v1/jobs/", files={"image": photo}, headers={"Prefer": "wait=30"})
            )
            for _ in range(several)
        ]
        await eventually(lambda: Job.objects.count() == several, "all jobs")
        await eventually(lambda: threads_of_requests() <= before, "threads to be released")
        assert not any(task.done() for task in asking)
        for job in await streams.read(lambda: list(Job.objects.order_by("turn"))):
            await streams.read(finish, job)
        assert {answer.status_code for answer in await asyncio.gather(*asking)} == {201}


async def test_a_download_holds_no_thread_while_its_receiver_is_slow():
    before, job = threads_of_requests(), await make_job()
    await sync_to_async(make.finish)(job)
    token = Visitor(user=None, guest=make.GUEST, address="").token
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "path": f"/files/{job.pk}/result",
        "raw_path": b"",
        "query_string": b"",
        "client": ("127.0.0.1", 1),
        "headers": [
            (b"host", b"127.0.0.1"),
            (b"authorization", f"Bearer {token}".encode()),
        ],
    }
    slow, sent = asyncio.Event(), []
    request = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive():
        if request:
            return request.pop()
        return await asyncio.Event().wait()

    async def send(message) -> None:
        sent.append(message)
        if message["type"] == "http.response.body":
            await slow.wait()

    serving = asyncio.create_task(application(scope, receive, send))
    await eventually(lambda: len(sent) == 2, "the first bytes")
    await eventually(lambda: threads_of_requests() <= before, "threads to be released")
    slow.set()
    async with asyncio.timeout(60):
        await serving
    assert (sent[0]["status"], sent[1]["body"]) == (200, b"in color")


async def opened(job: Job, guest: str = make.GUEST, **headers: str):
    token = Visitor(user=None, guest=guest, address="").token
    return await AsyncClient().get(
        f"/api/v1/jobs/{job.pk}/events/",
        headers={"Authorization": f"Bearer {token}", "Accept": "text/event-stream", **headers},
    )


async def event(stream) -> tuple[str, dict]:
    """The next event's id and message."""
    while True:
        async with asyncio.timeout(60):
            lines = (await anext(stream)).strip().split("\n")
        if lines[0].startswith("id: "):
            return lines[0][4:], json.loads(lines[2].removeprefix("data: "))


async def test_events_start_with_the_job_and_end_with_it(monkeypatch):
    monkeypatch.setattr("jobs.events.progress.PROGRESS_INTERVAL", 0)
    job = await make_job()
    answer = await opened(job)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/event-stream")
    stream = (piece.decode() async for piece in answer.streaming_content)
    number, first = await event(stream)
    assert (number, first["type"], first["job"]["status"]) == ("0", "job", "queued")
    await claim("test")
    _, running = await event(stream)
    assert running["job"]["status"] == "running"
    await sync_to_async(Progress(job.pk, job.photo.visitor_key))(0.5)
    _, data = await event(stream)
    assert (data["type"], data["id"], data["progress"]) == ("progress", str(job.pk), 0.5)
    await change(job.pk, State.SUCCEEDED, fence=1, result="x.jpg")
    number, last = await event(stream)
    assert (number, last["job"]["status"]) == ("2", "succeeded")
    assert [piece async for piece in stream] == []


async def test_who_has_seen_the_end_learns_that_nothing_will_come():
    job = await make_job()
    await sync_to_async(states.request_cancel)(job)
    answer = await opened(job, **{"Last-Event-ID": "1"})
    assert answer.status_code == 204


async def test_a_stranger_gets_no_events():
    answer = await opened(await make_job(), guest="b" * 32)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["code"] == "not_found"


async def test_events_end_when_the_photo_is_withdrawn():
    job = await make_job()
    await claim("test")
    await change(job.pk, State.SUCCEEDED, fence=1, result="x")
    await sync_to_async(visibility.publish)(await sync_to_async(Job.objects.get)(pk=job.pk))
    other = Visitor(user=None, guest="b" * 32, address="")
    assert (await sync_to_async(access.visible_job)(other, job.pk)).pk == job.pk
    answer = await opened(job, guest="b" * 32)
    stream = (piece.decode() async for piece in answer.streaming_content)
    assert (await event(stream))[1]["job"]["status"] == "succeeded"
    assert [piece async for piece in stream] == []


async def test_events_name_the_file_to_its_owner_alone():
    job = await sync_to_async(make.published)(name="aunt-vera-passport.jpg")
    names = {}
    for guest in (make.GUEST, "b" * 32):
        answer = await opened(job, guest=guest)
        stream = (piece.decode() async for piece in answer.streaming_content)
        names[guest] = (await event(stream))[1]["job"]["photo"]["name"]
    assert names == {make.GUEST: "aunt-vera-passport.jpg", "b" * 32: ""}


async def test_silence_is_kept_alive(monkeypatch):
    monkeypatch.setattr("jobs.live.subscriptions.SILENCE", 0.05)
    answer = await opened(await make_job())
    stream = (piece.decode() async for piece in answer.streaming_content)
    await event(stream)
    async with asyncio.timeout(60):
        assert await anext(stream) == ": still here\n\n"
    await stream.aclose()


async def test_without_a_broker_the_rows_are_looked_at(monkeypatch):
    monkeypatch.setattr("jobs.live.subscriptions.RETRY_EVERY", 0.05)

    class Away:
        async def new_channel(self):
            return "x"

        async def group_add(self, *names):
            raise ConnectionError("no broker")

        receive = group_discard = group_add

    monkeypatch.setattr(subscriptions, "get_channel_layer", Away)
    job = await make_job()
    waiting = asyncio.create_task(subscriptions.ended(job.pk, 10, Stream(None)))
    await sync_to_async(states.request_cancel)(job)
    assert await waiting
