import asyncio
import json

import pytest
from asgiref.sync import sync_to_async

from colorweb.errors import DomainError
from colorweb.http import body_limit
from colorweb.http.body_limit import FORM_OVERHEAD, BodyLimit

MEGABYTE = 1_000_000


@pytest.fixture(autouse=True)
def limits(settings):
    settings.UPLOAD_MAX_BYTES = 2 * MEGABYTE
    settings.REQUEST_MAX_BYTES = 5 * MEGABYTE


class Application:
    """Reads all of a body, then reports its size; gives up if the sender does."""

    def __init__(self):
        self.received = 0
        self.gave_up = False

    async def __call__(self, scope, receive, send):
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.gave_up = True
                return
            self.received += len(message.get("body", b""))
            more = message["more_body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})


class Exchange:
    """One request: `megabytes` of body, one in each message."""

    def __init__(self, path, megabytes, headers=()):
        self.scope = {
            "type": "http",
            "method": "POST",
            "path": path,
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in headers],
        }
        self.unsent = megabytes
        self.sent = []

    async def receive(self):
        self.unsent -= 1
        return {
            "type": "http.request",
            "body": b"x" * MEGABYTE,
            "more_body": self.unsent > 0,
        }

    async def send(self, message):
        self.sent.append(message)

    async def run(self):
        application = Application()
        await BodyLimit(application)(self.scope, self.receive, self.send)
        return application

    @property
    def status(self):
        return self.sent[0]["status"]

    @property
    def body(self):
        return b"".join(message.get("body", b"") for message in self.sent[1:])


async def test_a_body_within_the_limit_passes():
    exchange = Exchange("/api/v1/jobs/", 3)
    application = await exchange.run()
    assert (exchange.status, application.received) == (200, 3 * MEGABYTE)


async def test_a_declared_length_over_the_limit_never_reaches_the_application():
    length = str(2 * MEGABYTE + FORM_OVERHEAD + 1)
    exchange = Exchange("/api/v1/jobs/", 4, [("content-length", length)])
    application = await exchange.run()
    assert (exchange.status, application.received) == (413, 0)


async def test_an_undeclared_body_is_counted_and_the_application_let_go():
    exchange = Exchange("/api/v1/jobs/", 9)
    application = await exchange.run()
    assert exchange.status == 413
    assert application.gave_up
    assert application.received == 2 * MEGABYTE + FORM_OVERHEAD


@pytest.mark.parametrize(("megabytes", "ends"), [(1, False), (9, True)])
async def test_a_connection_ends_with_a_refusal_only_where_a_body_is_not_read(megabytes, ends):
    class Busy(Application):
        async def __call__(self, scope, receive, send):
            await super().__call__(scope, receive, lambda _message: asyncio.sleep(0))
            raise DomainError("unavailable.busy", retry_after=5)

    exchange = Exchange("/api/v1/jobs/", megabytes)
    await BodyLimit(Busy())(exchange.scope, exchange.receive, exchange.send)
    assert exchange.status == (413 if ends else 503)
    assert ((b"connection", b"close") in exchange.sent[0]["headers"]) == ends


async def test_the_api_answers_with_a_problem():
    exchange = Exchange("/api/v1/jobs/", 9)
    await exchange.run()
    detail = "The file is larger than 2 MB. Send a smaller or more compressed copy."
    assert json.loads(exchange.body) == {
        "type": "about:blank",
        "title": "Request Entity Too Large",
        "status": 413,
        "code": "too_many_bytes",
        "detail": detail,
        "errors": [{"code": "too_many_bytes", "detail": detail, "attr": None}],
    }


async def test_a_form_may_carry_several_photos_and_answers_with_a_page():
    allowed, refused = Exchange("/", 5), Exchange("/", 6)
    await allowed.run()
    await refused.run()
    assert allowed.status == 200
    assert refused.status == 413
    assert b"<html" in refused.body
    assert b"all photos sent at once up to 5 MB" in refused.body


async def test_a_refused_body_is_read_to_its_end_so_that_the_answer_is_seen():
    exchange = Exchange("/api/v1/jobs/", 50)
    await exchange.run()
    assert exchange.unsent == 0
    assert exchange.sent[-1] == {"type": "http.response.body", "body": b""}


async def test_who_asks_before_sending_is_refused_before_sending():
    headers = [("content-length", str(50 * MEGABYTE)), ("expect", "100-continue")]
    exchange = Exchange("/api/v1/jobs/", 50, headers)
    await exchange.run()
    assert (exchange.status, exchange.unsent) == (413, 50)


async def test_websockets_pass():
    exchange = Exchange("/ws/me/", 9)
    exchange.scope["type"] = "websocket"
    application = await exchange.run()
    assert application.received == 9 * MEGABYTE


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", ["/api/v1/datasets/", "/admin/ml/dataset/add/"])
async def test_only_staff_send_archives_to_train_on(path, settings, django_user_model, client):
    settings.DATASET_MAX_BYTES = 9 * MEGABYTE
    create = sync_to_async(django_user_model.objects.create_user)
    for email, is_staff, status in (("a@example.org", False, 413), ("b@example.org", True, 200)):
        user = await create(email, is_staff=is_staff)
        await sync_to_async(client.force_login)(user)
        cookie = f"sessionid={client.cookies['sessionid'].value}"
        exchange = Exchange(path, 8, [("content-length", "8000000"), ("cookie", cookie)])
        await exchange.run()
        assert exchange.status == status
    nobody = Exchange(path, 8, [("content-length", "8000000")])
    await nobody.run()
    assert nobody.status == 413


class Slow(Exchange):
    """A request of so many bytes that stops after the first."""

    def __init__(self, network="192.0.2.1"):
        super().__init__("/api/v1/jobs/", 1, [("content-length", "500000")])
        self.scope["client"] = (network, 1)
        self.begun = asyncio.Event()

    async def receive(self):
        if self.begun.is_set():
            await asyncio.Event().wait()
        self.begun.set()
        return {"type": "http.request", "body": b"x", "more_body": True}


async def test_a_body_that_stops_is_given_up(monkeypatch):
    monkeypatch.setattr(body_limit, "SILENCE", 0.05)
    exchange = Slow()
    application = await exchange.run()
    assert application.gave_up
    assert (exchange.status, json.loads(exchange.body)["code"]) == (408, "request_timeout")


async def test_one_network_has_a_number_of_unfinished_bodies(settings):
    half_sent = [Slow() for _ in range(settings.BODIES_PER_NETWORK)]
    running = [asyncio.create_task(exchange.run()) for exchange in half_sent]
    for exchange in half_sent:
        await exchange.begun.wait()
    refused = Exchange("/api/v1/jobs/", 1, [("content-length", "1000000")])
    refused.scope["client"] = ("192.0.2.1", 1)
    await refused.run()
    assert (refused.status, json.loads(refused.body)["code"]) == (429, "too_many_uploads")
    elsewhere = Exchange("/api/v1/jobs/", 1, [("content-length", "1000000")])
    elsewhere.scope["client"] = ("192.0.2.2", 1)
    await elsewhere.run()
    assert elsewhere.status == 200
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    again = Exchange("/api/v1/jobs/", 1, [("content-length", "1000000")])
    again.scope["client"] = ("192.0.2.1", 1)
    await again.run()
    assert again.status == 200
