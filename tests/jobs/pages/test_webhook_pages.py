"""What an account can do with its webhooks on the pages, with a browser that runs no script."""

import re
from datetime import timedelta
from functools import partial

import pytest
from django.test import Client
from django.utils import timezone

from colorweb.accounts.models import User
from jobs.models import State, WebhookDelivery, WebhookEndpoint
from jobs.queue import claims, states
from jobs.webhooks import endpoints, sending
from tests import accounts
from tests.jobs import make
from tests.outsider import outsider

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/account/webhooks/"


@pytest.fixture
def ada(client) -> User:
    """Has given her password a moment ago."""
    ada = User.objects.create_user("ada@example.org", accounts.PASSWORD)
    client.force_login(ada)
    accounts.prove(client)
    return ada


@pytest.fixture
def receiver(settings):
    settings.OUTGOING_PRIVATE = settings.OUTGOING_HTTP = True
    with outsider() as server:
        yield server


def made(ada: User, url: str = "https://example.org/hook") -> WebhookEndpoint:
    return endpoints.create(ada, url, ["job.succeeded"])[0]


def text(answer) -> str:
    return answer.content.decode()


def test_one_is_added_and_its_secret_shown_once(client, ada):
    fields = {"url": "https://example.org/hook", "events": ["job.succeeded", "job.failed"]}
    answer = client.post(LIST + "new/", fields)
    endpoint = WebhookEndpoint.objects.get()
    [secret] = re.findall(r'value="(whsec_[^"]+)"', text(answer))
    assert [secret] == endpoints.secrets_of(endpoint)
    assert endpoint.events == ["job.failed", "job.succeeded"]
    for page in (LIST, f"{LIST}{endpoint.pk}/"):
        shown = text(client.get(page))
        assert endpoint.url in shown
        assert secret not in shown
    assert "We call 1 address when your photos are finished." in text(client.get("/account/"))


@pytest.mark.parametrize("url", ["http://example.org/", "https://10.0.0.1/", "javascript:alert(1)"])
def test_an_address_that_would_never_be_called_is_refused(client, ada, url):
    answer = client.post(LIST + "new/", {"url": url, "events": ["job.failed"]})
    assert (answer.status_code, WebhookEndpoint.objects.count()) == (400, 0)
    assert "errorlist" in text(answer)


def test_the_log_shows_how_it_went_and_sends_again(client, ada, receiver):
    page = f"{LIST}{made(ada, receiver.url).pk}/"
    receiver.answer = lambda handler: handler.respond(500)
    job = make.job(photo=make.photo(owner=ada, guest=""))
    claims.claim("test")
    states.change(job.pk, State.SUCCEEDED)
    sending.send_due()
    shown = text(client.get(page))
    assert re.search(r"1 try, \d+ ms", shown)
    assert "<br>500" in shown
    assert "Every delivery has failed since" in shown
    receiver.answer = lambda handler: handler.respond(200)
    client.post(f"{page}deliveries/{WebhookDelivery.objects.get().pk}/")
    WebhookEndpoint.objects.update(backoff_until=None)
    sending.send_due()
    assert "delivered" in text(client.get(page))


def test_a_test_is_sent_and_its_line_shows_how_it_went(client, ada, receiver):
    page = f"{LIST}{made(ada, receiver.url).pk}/"
    assert "A test message is on its way." in text(client.post(page + "test/", follow=True))
    sending.send_due()
    assert "Send again: a test" in text(client.get(page))
    assert "delivered" in text(client.get(page))


def test_the_log_shows_when_it_is_retried(client, ada):
    endpoint = made(ada)
    page = f"{LIST}{endpoint.pk}/"
    now, minute = timezone.now(), timedelta(minutes=1)
    make_delivery = partial(
        WebhookDelivery.objects.create,
        endpoint=endpoint,
        job=make.job(photo=make.photo(owner=ada, guest="")),
        event="job.succeeded",
        attempts=[{"at": now.isoformat(), "ms": 5, "status": 500, "error": ""}],
    )
    delivery = make_delivery(due_at=now - minute)
    assert "5 ms, next try very soon" in text(client.get(page))
    russian = client.get(page, headers={"Accept-Language": "ru"})
    assert "5 мс, следующая попытка с минуты на минуту" in text(russian)
    WebhookEndpoint.objects.update(backoff_until=now + 3 * minute)
    assert "next try 2\xa0minutes from now" in text(client.get(page))
    delivery.due_at = now + 10 * minute
    delivery.save()
    assert "next try 9\xa0minutes from now" in text(client.get(page))
    delivery.state = WebhookDelivery.State.FAILED
    delivery.save()
    assert "next try" not in text(client.get(page))


def test_pausing_and_resuming(client, ada):
    page = f"{LIST}{made(ada).pk}/"
    shown = text(client.post(page + "pause/", follow=True))
    assert "Resume" in shown
    shown = text(client.post(page + "resume/", follow=True))
    assert "Working." in shown


def test_why_a_dead_one_is_paused(client, ada):
    endpoint = made(ada)
    endpoints.pause(endpoint, endpoint.PauseReason.FAILING)
    assert "Every delivery has failed for days" in text(client.get(LIST))


def test_a_new_secret(client, ada):
    endpoint = made(ada)
    page = f"{LIST}{endpoint.pk}/secret/"
    assert "whsec_" not in text(client.get(page))
    [secret] = re.findall(r'value="(whsec_[^"]+)"', text(client.post(page)))
    endpoint.refresh_from_db()
    assert endpoints.secrets_of(endpoint)[0] == secret


def test_changing_and_deleting(client, ada):
    page = f"{LIST}{made(ada).pk}/"
    client.post(page, {"url": "https://example.net/", "events": ["job.canceled"]})
    assert WebhookEndpoint.objects.get().url == "https://example.net/"
    assert client.post(page, {"url": "nonsense", "events": []}).status_code == 400
    shown = text(client.post(page + "delete/", follow=True))
    assert "Webhook https://example.net/ was deleted." in shown
    assert not WebhookEndpoint.objects.exists()


def test_somebody_elses_are_not_there(client, ada):
    other = made(User.objects.create_user("bob@example.org"))
    for part in ("", "secret/"):
        assert client.get(f"{LIST}{other.pk}/{part}").status_code == 404
    for part in ("test/", "pause/", "resume/", "delete/", f"deliveries/{other.pk}/"):
        assert client.post(f"{LIST}{other.pk}/{part}").status_code == 404
    assert Client().get(LIST).status_code == 302
