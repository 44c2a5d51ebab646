"""However many requests one network sends, those of others are not kept waiting by them."""

import asyncio
from collections.abc import Callable

import pytest

from colorweb.errors import DomainError
from colorweb.http import permits
from colorweb.http.permits import MAX_CHANGING, MAX_READING, PAUSE, Permits

FLOODER, OTHER = "192.0.2.1", "192.0.2.2"


class Site:
    """An application that works on each request until it may answer."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.changed = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.may_end = asyncio.Event()
        self.may_come_back = asyncio.Event()
        self.back, self.status = 0, 200
        self.waits_for_others = self.comes_back = False
        self.application = Permits(self._work)

    async def _work(self, scope, receive, send) -> None:
        await receive()
        self.begun.append(scope["client"][0])
        self.changed.set()
        if self.waits_for_others:
            await asyncio.to_thread(permits.release)
        if self.comes_back:
            await self.may_come_back.wait()
            await asyncio.to_thread(permits.acquire)
            self.back += 1
            self.changed.set()
        await self.may_answer.wait()
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await self.may_end.wait()

    def request(self, network: str, method: str = "GET", path: str = "/") -> "asyncio.Task[None]":
        async def receive():
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(_message):
            pass

        scope = {"type": "http", "client": (network, 1), "method": method, "path": path}
        return asyncio.create_task(self.application(scope, receive, send))

    async def have_begun(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not condition():
                self.changed.clear()
                await self.changed.wait()


async def test_a_network_has_some_requests_at_a_time_and_others_theirs():
    site = Site()
    tasks = [site.request(FLOODER) for _ in range(3 * MAX_READING)] + [site.request(OTHER)]
    await site.have_begun(lambda: OTHER in site.begun)
    assert site.begun == [FLOODER] * MAX_READING + [OTHER]
    site.may_answer.set()  # a permit ends with the beginning of an answer, however long that is
    await site.have_begun(lambda: site.begun.count(FLOODER) == 3 * MAX_READING)
    site.may_end.set()
    await asyncio.gather(*tasks)


async def test_requests_that_change_something_have_their_own_permits():
    site = Site()
    tasks = [site.request(FLOODER, "POST") for _ in range(MAX_CHANGING + 1)]
    tasks += [site.request(FLOODER) for _ in range(MAX_READING)]
    await site.have_begun(lambda: len(site.begun) == MAX_CHANGING + MAX_READING)
    site.may_answer.set()
    site.may_end.set()
    await asyncio.gather(*tasks)
    assert len(site.begun) == len(tasks)


async def test_after_a_refused_change_the_next_of_its_network_begins_a_moment_later():
    site = Site()
    site.status = 400
    tasks = [site.request(FLOODER, "POST") for _ in range(MAX_CHANGING + 1)]
    await site.have_begun(lambda: len(site.begun) == MAX_CHANGING)
    refused = asyncio.get_running_loop().time()
    site.may_answer.set()
    await site.have_begun(lambda: len(site.begun) == len(tasks))
    assert asyncio.get_running_loop().time() - refused >= PAUSE
    site.may_end.set()
    await asyncio.gather(*tasks)


async def test_a_request_that_has_waited_for_something_else_takes_its_permit_again():
    site = Site()
    site.waits_for_others = site.comes_back = True
    tasks = [site.request(FLOODER, "POST") for _ in range(2 * MAX_CHANGING)]
    await site.have_begun(lambda: len(site.begun) == len(tasks))
    site.may_come_back.set()
    await site.have_begun(lambda: site.back == MAX_CHANGING)
    site.may_answer.set()
    await site.have_begun(lambda: site.back == len(tasks))
    site.may_end.set()
    await asyncio.gather(*tasks)


async def test_a_request_that_was_given_up_while_it_waited_takes_no_permit():
    site = Site()
    site.waits_for_others = site.comes_back = True
    given_up = site.request(FLOODER, "POST")
    await site.have_begun(lambda: len(site.begun) == 1)
    given_up.cancel()
    site.may_come_back.set()
    await asyncio.gather(given_up, return_exceptions=True)
    site.comes_back = False
    tasks = [site.request(FLOODER, "POST") for _ in range(MAX_CHANGING)]
    await site.have_begun(lambda: len(site.begun) == 1 + MAX_CHANGING)
    site.may_answer.set()
    site.may_end.set()
    await asyncio.gather(*tasks)


async def test_a_request_that_waits_for_something_else_releases_its_permit():
    site = Site()
    site.waits_for_others = True
    tasks = [site.request(FLOODER) for _ in range(2 * MAX_READING)]
    await site.have_begun(lambda: len(site.begun) == 2 * MAX_READING)
    site.may_answer.set()
    site.may_end.set()
    await asyncio.gather(*tasks)


async def test_a_request_that_is_given_up_leaves_its_permit_to_others():
    site = Site()
    given_up = [site.request(FLOODER) for _ in range(2 * MAX_READING)]
    await site.have_begun(lambda: len(site.begun) == MAX_READING)
    for task in given_up:
        task.cancel()
    await asyncio.gather(*given_up, return_exceptions=True)
    tasks = [site.request(FLOODER) for _ in range(MAX_READING)]
    await site.have_begun(lambda: len(site.begun) == 2 * MAX_READING)
    site.may_answer.set()
    site.may_end.set()
    await asyncio.gather(*tasks)


@pytest.mark.parametrize(
    ("wait", "path"), [("MAX_WAIT", "/"), ("MAX_WAIT_OF_READS", "/api/v1/jobs/")]
)
async def test_a_request_that_has_waited_too_long_is_refused_instead_of_kept_hanging(
    monkeypatch, wait, path
):
    """Soon, where a program reads."""
    assert permits.MAX_WAIT_OF_READS < permits.MAX_WAIT
    monkeypatch.setattr(permits, wait, 0.05)
    site = Site()
    tasks = [site.request(FLOODER, path=path) for _ in range(MAX_READING + 1)]
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED, timeout=60)
    [refused] = done
    error = refused.exception()
    assert isinstance(error, DomainError)
    assert (error.status, error.retry_after) == (503, permits.RETRY_AFTER)
    site.may_answer.set()
    site.may_end.set()
    await asyncio.gather(*(task for task in tasks if task is not refused))
