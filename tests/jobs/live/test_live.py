"""What the sockets promise."""

from types import SimpleNamespace

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer

from jobs.events import publish
from jobs.events.progress import Progress, progress_of
from jobs.models import Job, Stage, State
from jobs.queue import claims, states
from jobs.results.task import Task
from tests.jobs import make
from tests.jobs.sockets import message, socket

pytestmark = pytest.mark.django_db(transaction=True)

make_job = sync_to_async(make.job)
claim = sync_to_async(claims.claim)
change = sync_to_async(states.change)


async def test_the_first_message_is_the_job_as_it_is():
    job = await make_job()
    page = socket(f"/ws/jobs/{job.pk}/")
    assert (await page.connect(60))[0]
    first = await page.receive_json_from(60)
    assert (first["type"], first["job"]["id"], first["job"]["position"]) == ("job", str(job.pk), 1)
    assert first["job"]["urls"]["self"] == f"http://127.0.0.1/api/v1/jobs/{job.pk}/"
    await page.disconnect(timeout=60)


async def test_every_change_arrives_with_a_higher_sequence():
    job = await make_job()
    page = socket(f"/ws/jobs/{job.pk}/")
    await page.connect(60)
    await claim("test")
    await change(job.pk, State.SUCCEEDED, fence=1, result="x.jpg")
    seen = [(await message(page, "job"))["job"] for _ in range(3)]
    while seen[-1]["status"] != "succeeded":
        seen.append((await message(page, "job"))["job"])
    sequences = [job["sequence"] for job in seen]
    assert sequences == sorted(sequences)
    assert seen[-1]["urls"]["result"].endswith("/result")
    await page.disconnect(timeout=60)


async def test_progress_arrives_between_changes(monkeypatch):
    monkeypatch.setattr("jobs.events.progress.PROGRESS_INTERVAL", 0)
    job = await make_job()
    page = socket(f"/ws/jobs/{job.pk}/")
    await page.connect(60)
    await claim("test")
    await sync_to_async(Progress(job.pk, job.photo.visitor_key))(0.5)
    sent = await message(page, "progress")
    while sent["progress"] != 0.5:
        sent = await message(page, "progress")
    assert (sent["id"], sent["sequence"]) == (str(job.pk), 1)
    await page.disconnect(timeout=60)


async def test_no_message_tells_of_a_stage_that_a_photo_comes_to_at_once():
    await make_job()
    [job] = await claim("test")
    layer, group = get_channel_layer(), publish.job_group(job.pk)
    channel = await layer.new_channel()
    await layer.group_add(group, channel)
    task = Task(job, Progress(job.pk, job.photo.visitor_key))
    await sync_to_async(task.advance)(Stage.COLORIZING)
    await layer.group_send(group, {"type": "between"})
    task.began -= 1
    await sync_to_async(task.advance)(Stage.SAVING)
    received = [(await layer.receive(channel))["type"] for _ in range(2)]
    assert received == ["between", "job.changed"]


async def test_another_visitor_gets_no_job():
    job = await make_job()
    page = socket(f"/ws/jobs/{job.pk}/", guest="b" * 32)
    assert await page.connect(60) == (False, 4404)
    await page.disconnect(timeout=60)


async def test_the_file_is_named_to_its_owner_alone():
    job = await sync_to_async(make.published)(name="aunt-vera-passport.jpg")
    names = {}
    for guest in (make.GUEST, "b" * 32):
        page = socket(f"/ws/jobs/{job.pk}/", guest=guest)
        await page.connect(60)
        first = await page.receive_json_from(60)
        await sync_to_async(publish.announce)(job.pk)
        again = await message(page, "job")
        names[guest] = [sent["job"]["photo"]["name"] for sent in (first, again)]
        await page.disconnect(timeout=60)
    assert names == {make.GUEST: ["aunt-vera-passport.jpg"] * 2, "b" * 32: ["", ""]}


@pytest.mark.parametrize(
    "origin",
    [
        "http://elsewhere.example",
        "http://127.0.0.1:1",  # another port of this machine
        "https://127.0.0.1:8000",
        "http://127.0.0.1:8000.elsewhere.example",
        "http://127.0.0.1:port",
        "null",
    ],
)
async def test_a_foreign_page_gets_no_socket(settings, origin):
    settings.SITE_URL = "http://127.0.0.1:8000"
    job = await make_job()
    page = socket(f"/ws/jobs/{job.pk}/", origin=origin)
    assert not (await page.connect(60))[0]
    await page.disconnect(timeout=60)


async def test_my_socket_sends_all_my_jobs_and_nobody_elses():
    mine = await make_job()
    other = await sync_to_async(make.photo)(guest="b" * 32)
    await make_job(photo=other)
    page = socket("/ws/me/")
    await page.connect(60)
    first = await page.receive_json_from(60)
    assert first["type"] == "snapshot"
    assert [job["id"] for job in first["jobs"]] == [str(mine.pk)]
    new = await make_job()
    assert (await message(page, "job"))["job"]["id"] == str(new.pk)
    await page.disconnect(timeout=60)


async def test_progress_counts_up_to_five_times_a_second(monkeypatch):
    job = await make_job()
    clock = SimpleNamespace(monotonic=lambda: 1.0)
    monkeypatch.setattr("jobs.events.progress.time", clock)
    progress, counted = Progress(job.pk, job.photo.visitor_key), []
    for step in range(100):  # of a hundredth of a second each
        monkeypatch.setattr(clock, "monotonic", lambda now=1 + step / 100: now)
        await sync_to_async(progress)(step / 100)
        counted.append(await sync_to_async(progress_of)(job.pk))
    assert counted[:20] == [0] * 20  # what is done so soon counts nothing
    assert len(set(counted)) == 5
    assert await sync_to_async(Job.objects.count)() == 1
