"""Floods of what stays open or is made on request: uploads side by side, sockets, streams, files of
another's photo, and webhooks to a server that never answers. As `bench.flooding` asks for.
"""

import asyncio
import contextlib
import itertools
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException
from websockets.typing import Origin

from colorweb.testing import pictures
from colorweb.testing.waiting import wait_for

UPLOADS, SOCKETS, STREAMS, ENDLESS, WEBHOOKS = 12, 150, 300, 4, 60
PREPARED = 20  # jobs of the flooder that wait or have ended


def uploads(site: str) -> Iterator[None]:
    """Twelve uploads of twelve megapixels at a time."""
    http, _jobs = _guest(site, 0)
    photo = {"image": ("a.jpg", pictures.encoded("JPEG", 4000, 3000))}
    yield
    _threads(UPLOADS, lambda: http.post("/api/v1/jobs/", files=photo))


def sockets(site: str) -> Iterator[None]:
    """150 websockets, opened again whenever one is closed."""
    http, _jobs = _guest(site, PREPARED)
    headers = {"Authorization": http.headers["Authorization"]}
    address = f"ws{site.removeprefix('http')}/ws/me/"

    async def listen(_number: int) -> None:
        async with connect(
            address, origin=Origin(site), additional_headers=headers, open_timeout=None
        ) as opened:
            async for _message in opened:
                pass

    yield
    asyncio.run(_forever(SOCKETS, listen))


def streams(site: str) -> Iterator[None]:
    """300 event streams, opened again whenever one is refused or ends."""
    http, jobs = _guest(site, PREPARED)
    headers = {**http.headers, "Accept": "text/event-stream"}

    async def follow(number: int) -> None:
        path = f"/api/v1/jobs/{jobs[number % len(jobs)]}/events/"
        async with (
            httpx.AsyncClient(base_url=site, headers=headers, timeout=None) as client,  # noqa: S113
            client.stream("GET", path) as answer,
        ):
            async for _piece in answer.aiter_bytes():
                pass

    yield
    asyncio.run(_forever(STREAMS, follow))


def renditions(site: str) -> Iterator[None]:
    """Files in every format, size and vividness of a photo that somebody else has published."""
    owner, jobs = _guest(site, 1, visibility="public")
    done = lambda: owner.get(f"/api/v1/jobs/{jobs[0]}/").json()["status"] == "succeeded"  # noqa: E731
    wait_for(done, "the photo to be published", 300)
    http, _jobs = _guest(site, 0)
    numbers = itertools.count()

    def request() -> None:
        number = next(numbers)
        query = f"format={('png', 'webp', 'tiff')[number % 3]}&long_side={100 + number % 4000}"
        http.get(f"/api/v1/jobs/{jobs[0]}/result/?{query}&vividness={number % 200 / 100}")
        http.get(f"/api/v1/jobs/{jobs[0]}/result/?format=png&vividness={number % 3}")

    yield
    _threads(ENDLESS, request)


def webhooks(site: str) -> Iterator[None]:
    """Photos whose webhook is at a server that takes connections and never answers."""
    hanging = socket.create_server(("127.0.0.1", 0), backlog=1000)
    address = f"http://127.0.0.1:{hanging.getsockname()[1]}/"
    http, _jobs = _guest(site, WEBHOOKS, webhook_url=address)
    yield
    _threads(1, lambda: http.post("/api/v1/jobs/", files=_photo(), data={"webhook_url": address}))


FLOODS: dict[str, Callable[[str], Iterator[None]]] = {
    flood.__name__: flood for flood in (uploads, sockets, streams, renditions, webhooks)
}


def _photo() -> dict[str, tuple[str, bytes]]:
    return {"image": ("a.jpg", pictures.encoded())}


def _guest(site: str, photos: int, **fields: str) -> tuple[httpx.Client, list[str]]:
    """A guest with a token, who has sent so many photos: the ids of their jobs."""
    http = httpx.Client(base_url=site, timeout=600, limits=httpx.Limits(max_connections=None))
    token = http.get("/api/v1/me/").json()["guest_token"]
    http.cookies.clear()
    http.headers["Authorization"] = f"Bearer {token}"
    jobs = []
    for _ in range(photos):
        answer = http.post("/api/v1/jobs/", files=_photo(), data=fields)
        answer.raise_for_status()
        jobs.append(str(answer.json()["id"]))
    return http, jobs


def _threads(count: int, request: Callable[[], object]) -> None:
    """Make requests for ever, so many at once, whatever the answers are."""

    def work() -> None:
        while True:
            try:
                request()
            except httpx.HTTPError:
                continue

    threads = [threading.Thread(target=work, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    print("flooding", flush=True)
    for thread in threads:
        thread.join()


async def _forever(count: int, hold: Callable[[int], Awaitable[None]]) -> None:
    """Hold so many connections, and open each again a second after it ends."""

    async def again(number: int) -> None:
        while True:
            with contextlib.suppress(OSError, httpx.HTTPError, WebSocketException):
                await hold(number)
            await asyncio.sleep(1)

    tasks = [asyncio.create_task(again(number)) for number in range(count)]
    await asyncio.sleep(2)
    print("flooding", flush=True)
    await asyncio.gather(*tasks)
