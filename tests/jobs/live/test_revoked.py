"""Revoked means closed: what was opened with a right ends within seconds after the right does."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.contrib.sessions.models import Session
from django.db import OperationalError
from django.test import AsyncClient, Client
from django.utils import timezone

from colorweb.accounts import revocation, tokens
from colorweb.accounts.models import ApiToken, User
from colorweb.accounts.visitors import Visitor
from colorweb.asgi import application
from ml.models import TrainingRun
from tests.jobs import make
from tests.jobs.sockets import message

pytestmark = pytest.mark.django_db(transaction=True)

GUEST_COOKIE = f"guest={Visitor(user=None, guest=make.GUEST, address='').token}"
LIMIT = 60.0
"""Seconds, for a busy machine; nobody waits longer than it takes."""


def change_password(user: User) -> None:
    user.set_password("another one")
    user.save()


def expire_token(user: User) -> None:
    user.api_tokens.update(expires_at=timezone.now() - timedelta(seconds=1))


def deactivate(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def dismiss(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_staff=False)


SESSION, TOKEN = "session", "token"
WAYS = [
    (SESSION, "the session ended", lambda user: Session.objects.all().delete()),
    (SESSION, "the password was changed", change_password),
    (SESSION, "the account was deactivated", deactivate),
    (SESSION, "the account was deleted", lambda user: user.delete()),
    (SESSION, "the account is no longer staff", dismiss),
    (SESSION, "a permission was taken", lambda user: user.user_permissions.clear()),
    (SESSION, "a group lost a permission", lambda user: Group.objects.get().permissions.clear()),
    (TOKEN, "the token was withdrawn", lambda user: ApiToken.objects.all().delete()),
    (TOKEN, "the token expired", expire_token),
    (TOKEN, "the account was deactivated", deactivate),
    (TOKEN, "the account is no longer staff", dismiss),
    (TOKEN, "a permission was taken", lambda user: user.user_permissions.clear()),
]


def clerk() -> User:
    """Somebody of the staff, who may view runs by a permission and jobs by a group."""
    user = User.objects.create_user("clerk@example.org", "a password", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_trainingrun"))
    group = Group.objects.create(name="clerks")
    group.permissions.set(Permission.objects.filter(codename="view_job"))
    user.groups.add(group)
    return user


def headers_of(user: User, known_by: str) -> dict[str, str]:
    if known_by == TOKEN:
        _, secret = tokens.create(user, "t", ["read", "write", "staff"])
        return {"authorization": f"Bearer {secret}"}
    client = Client()
    client.force_login(user)
    return {"cookie": f"{settings.SESSION_COOKIE_NAME}={client.cookies['sessionid'].value}"}


def socket(path: str, headers: dict[str, str]) -> WebsocketCommunicator:
    sent = {"host": "127.0.0.1", "origin": "http://127.0.0.1", **headers}
    return WebsocketCommunicator(
        application, path, [(name.encode(), value.encode()) for name, value in sent.items()]
    )


async def close_code(page: WebsocketCommunicator) -> int:
    while (sent := await page.receive_output(LIMIT))["type"] != "websocket.close":
        pass
    return sent["code"]


async def leave(*pages: WebsocketCommunicator) -> None:
    """As a server does once a socket is closed, by whichever side."""
    for page in pages:
        await page.disconnect(timeout=LIMIT)


def test_five_seconds_are_enough():
    assert 2 * revocation.CHECK_EVERY < 5


@pytest.mark.parametrize(
    ("known_by", "way", "revoke"),
    [pytest.param(*row, id=f"{row[0]}: {row[1]}") for row in WAYS],
)
async def test_sockets_and_streams_end(known_by, way, revoke):
    user = await sync_to_async(clerk)()
    job = await sync_to_async(make.job)(photo=await sync_to_async(make.photo)("", owner=user))
    run = await sync_to_async(TrainingRun.objects.create)(name="Run", preset="quick")
    headers = await sync_to_async(headers_of)(user, known_by)
    pages = [
        socket(path, headers)
        for path in ("/ws/me/", f"/ws/jobs/{job.pk}/", f"/ws/training-runs/{run.pk}/")
    ]
    for page in pages:
        assert (await page.connect(LIMIT))[0]
    program: Any = AsyncClient()
    if known_by == SESSION:
        program.cookies.load(headers.pop("cookie"))
    answer = await program.get(f"/api/v1/jobs/{job.pk}/events/", headers=headers)
    stream = answer.streaming_content
    assert await anext(stream) == b"retry: 1000\n\n"
    assert b"event: job" in await anext(stream)
    await sync_to_async(revoke)(user)
    async with asyncio.timeout(LIMIT):
        assert [await close_code(page) for page in pages] == [4401] * len(pages)
        async for _text in stream:
            pass
    await leave(*pages)


async def test_a_socket_that_nobody_can_watch_is_closed(monkeypatch):
    def away(*_asked):
        raise OperationalError

    monkeypatch.setattr(revocation, "credential_of", away)
    page = socket("/ws/me/", await sync_to_async(headers_of)(await sync_to_async(clerk)(), SESSION))
    assert (await page.connect(LIMIT))[0]
    assert await close_code(page) == 1013
    await leave(page)


async def test_others_stay_open_meanwhile():
    job = await sync_to_async(make.job)()
    user = await sync_to_async(clerk)()
    guest = {"cookie": GUEST_COOKIE}
    mine = socket(f"/ws/jobs/{job.pk}/", guest)
    theirs = socket("/ws/me/", await sync_to_async(headers_of)(user, SESSION))
    others = socket("/ws/me/", await sync_to_async(headers_of)(user, TOKEN))
    for page in (mine, theirs, others):
        assert (await page.connect(LIMIT))[0]
    await sync_to_async(change_password)(user)
    assert await close_code(theirs) == 4401
    assert (await message(mine, "job"))["job"]["id"] == str(job.pk)
    assert (await message(others, "snapshot"))["jobs"] == []
    assert await others.receive_nothing()
    await leave(mine, theirs, others)


def test_one_look_is_enough_for_all_that_is_open(django_assert_num_queries):
    users = [User.objects.create_user(f"{number}@example.org") for number in range(5)]
    made = [tokens.create(user, "t", ["read"])[0] for user in users]
    known = [
        revocation.credential_of(Visitor(user=user, guest="", address="", api_token=token), "")
        for user, token in zip(users, made, strict=True)
    ]
    made[0].delete()
    with django_assert_num_queries(2):  # accounts and tokens; nobody here came by a session
        assert revocation.withdrawn([one for one in known if one]) == {known[0]}


@pytest.mark.parametrize("frame", ["", "{", "[" * 10_000, "\x00", b"\xff"])
async def test_what_a_page_sends_harms_nothing(frame):
    job = await sync_to_async(make.job)()
    guest = {"cookie": GUEST_COOKIE}
    page = socket(f"/ws/jobs/{job.pk}/", guest)
    await page.connect(LIMIT)
    kind = "bytes" if isinstance(frame, bytes) else "text"
    await page.send_input({"type": "websocket.receive", kind: frame})
    assert (await message(page, "job"))["type"] == "job"
    await leave(page)


async def test_a_page_that_leaves_is_gone_at_once():
    for _ in range(30):  # also in the moment in which it begins to wait for messages
        page = socket("/ws/me/", {"cookie": GUEST_COOKIE})
        assert (await page.connect(LIMIT))[0]
        await page.send_input({"type": "websocket.disconnect", "code": 1001})
        async with asyncio.timeout(LIMIT):
            await page.future


@pytest.mark.parametrize("path", ["/", "/ws/", "/ws/jobs/1/", "/ws/jobs/%00/", "/api/v1/jobs/"])
async def test_there_is_no_socket_elsewhere(path):
    page = socket(path, {})
    assert await page.connect(LIMIT) == (False, 4404)
    await leave(page)
