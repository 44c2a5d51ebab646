"""Messages about a job's end are delivered, retried, signed and kept from private networks."""

import json
import threading
from datetime import timedelta

import pytest
from django.db import connections, transaction
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone
from rest_framework.settings import api_settings
from standardwebhooks import Webhook

from colorweb import leases
from colorweb.accounts.models import User
from colorweb.testing.waiting import wait_for
from jobs.models import Event, State, WebhookDelivery, WebhookEndpoint
from jobs.queue import claims, states
from jobs.webhooks import endpoints, sending
from tests.jobs import make
from tests.jobs.webhooks.make import add, due_now, end

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_end_of_a_job_is_reported_signed_and_once(receiver, script, ada):
    endpoint = add(script, receiver.url + "/hook?a=b")
    job = end(ada)
    assert sending.send_due() == 1
    assert sending.send_due() == 0
    [request] = receiver.received
    event = Webhook(endpoint["secret"]).verify(request.body, request.headers)
    assert (request.method, request.path) == ("POST", "/hook?a=b")
    assert (event["type"], event["data"]["id"]) == ("job.succeeded", str(job.pk))
    assert event["data"]["urls"]["self"].endswith(f"/api/v1/jobs/{job.pk}/")
    [delivery] = script.get(f"/api/v1/webhooks/{endpoint['id']}/deliveries/").json()["results"]
    assert (delivery["id"], delivery["state"]) == (request.headers["webhook-id"], "delivered")
    assert [attempt["status"] for attempt in delivery["attempts"]] == [200]


def test_a_test_is_sent_at_once_signed_and_recorded_in_the_log(receiver, script):
    endpoint = add(script, receiver.url, events=["job.failed"])
    address = f"/api/v1/webhooks/{endpoint['id']}/"
    WebhookEndpoint.objects.update(backoff_until=timezone.now() + timedelta(hours=1))
    made = script.post(address + "test/")
    assert (made.status_code, made.json()["event"], made.json()["job"]) == (
        202,
        "webhook.test",
        None,
    )
    assert sending.send_due() == 1
    [request] = receiver.received
    event = Webhook(endpoint["secret"]).verify(request.body, request.headers)
    assert (event["type"], event["data"]) == ("webhook.test", {"webhook": endpoint["id"]})
    [delivery] = script.get(address + "deliveries/").json()["results"]
    assert (delivery["id"], delivery["state"]) == (made.json()["id"], "delivered")


def test_a_test_that_fails_is_not_tried_again_unless_asked_for(receiver, script):
    endpoint = add(script, receiver.url)
    receiver.answer = lambda handler: handler.respond(500)
    made = script.post(f"/api/v1/webhooks/{endpoint['id']}/test/").json()
    sending.send_due()
    assert WebhookDelivery.objects.get().state == "failed"
    resend = f"/api/v1/deliveries/{made['id']}/resend/"
    assert Client().post(resend).status_code == 404
    assert script.post(resend).json()["state"] == "pending"


@pytest.mark.parametrize("state", [State.SUCCEEDED, State.FAILED, State.CANCELED])
def test_only_the_requested_events_are_reported(receiver, script, ada, state):
    add(script, receiver.url, events=["job.failed"])
    end(ada, state)
    sending.send_due()
    types = [json.loads(request.body)["type"] for request in receiver.received]
    assert types == (["job.failed"] if state == State.FAILED else [])


def test_others_hear_nothing(receiver, script):
    add(script, receiver.url)
    end(User.objects.create_user("bob@example.org"))
    assert not WebhookDelivery.objects.exists()


def test_the_rows_come_with_the_jobs_end_or_not_at_all(receiver, script, ada):
    """A crash between the commit and the sending loses nothing; one before it sends nothing."""
    add(script, receiver.url)
    job = make.job(photo=make.photo(owner=ada, guest=""))
    claims.claim("test")
    with transaction.atomic():
        states.change(job.pk, State.SUCCEEDED)
        transaction.set_rollback(True)
    assert not WebhookDelivery.objects.exists()
    states.change(job.pk, State.SUCCEEDED)
    assert WebhookDelivery.objects.get().state == "pending"
    with pytest.raises(leases.InvalidTransition):
        states.change(job.pk, State.FAILED)
    assert WebhookDelivery.objects.count() == 1


def test_a_worker_that_dies_with_a_delivery_costs_a_lease(receiver, script, ada):
    add(script, receiver.url)
    end(ada)
    [lost] = sending.claim()
    assert sending.claim() == []
    sending.reap()
    assert sending.claim() == []
    WebhookDelivery.objects.update(lease_until=Now() - timedelta(seconds=1))
    sending.reap()
    assert sending.send_due() == 1
    late = sending.Outcome(timezone.now(), 5, None, "late")
    sending._record(lost, late)
    assert WebhookDelivery.objects.get().state == "delivered"


def test_a_failure_is_tried_again_with_a_new_signature(receiver, script, ada, settings):
    settings.WEBHOOK_SCHEDULE = [10, 100]
    endpoint = add(script, receiver.url)
    receiver.answer = lambda handler: handler.respond(500)
    end(ada)
    sending.send_due()
    delivery = WebhookDelivery.objects.get()
    assert 7 <= (delivery.due_at - timezone.now()).total_seconds() <= 12
    WebhookDelivery.objects.update(due_at=Now())
    assert sending.send_due() == 0, "its receiver rests"
    due_now()
    receiver.answer = lambda handler: handler.respond(204)
    sending.send_due()
    first, second = receiver.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    Webhook(endpoint["secret"]).verify(second.body, second.headers)
    delivery.refresh_from_db()
    assert [attempt["status"] for attempt in delivery.attempts] == [500, 204]
    assert WebhookEndpoint.objects.get().failing_since is None


def test_after_the_schedule_it_is_given_up_and_may_be_sent_again(receiver, script, ada, settings):
    settings.WEBHOOK_SCHEDULE = [1]
    add(script, receiver.url)
    receiver.answer = lambda handler: handler.respond(500)
    job = end(ada)
    for _ in range(2):
        due_now()
        sending.send_due()
    [delivery] = script.get(f"/api/v1/jobs/{job.pk}/deliveries/").json()["results"]
    assert (delivery["state"], delivery["next_try_at"]) == ("failed", None)
    receiver.answer = lambda handler: handler.respond(200)
    again = script.post(f"/api/v1/deliveries/{delivery['id']}/resend/")
    assert (again.status_code, again.json()["state"]) == (202, "pending")
    due_now()
    sending.send_due()
    assert {request.headers["webhook-id"] for request in receiver.received} == {delivery["id"]}
    assert WebhookDelivery.objects.get().state == "delivered"


def test_a_redirect_is_a_failure(receiver, script, ada):
    add(script, receiver.url)
    receiver.answer = lambda handler: handler.respond(302, Location=receiver.url)
    end(ada)
    sending.send_due()
    assert len(receiver.received) == 1
    assert WebhookDelivery.objects.get().attempts[0]["status"] == 302


def test_a_dead_receiver_is_paused_after_days_and_what_was_held_is_sent(
    receiver, script, ada, settings
):
    endpoint = add(script, receiver.url)
    address = f"/api/v1/webhooks/{endpoint['id']}/"
    receiver.answer = lambda handler: handler.respond(500)
    end(ada)
    sending.send_due()
    assert script.get(address).json()["failing_since"]
    WebhookEndpoint.objects.update(failing_since=timezone.now() - timedelta(days=3, minutes=1))
    due_now()
    sending.send_due()
    body = script.get(address).json()
    assert body["paused_at"]
    assert body["pause_reason"] == "failing"
    end(ada)
    due_now()
    assert sending.send_due() == 0
    assert set(WebhookDelivery.objects.values_list("state", flat=True)) == {"held"}
    receiver.answer = lambda handler: handler.respond(200)
    resumed = script.post(address + "resume/").json()
    assert (resumed["paused_at"], resumed["failing_since"]) == (None, None)
    assert sending.send_due() == 2


def test_gone_pauses_at_once(receiver, script, ada):
    add(script, receiver.url)
    receiver.answer = lambda handler: handler.respond(410)
    end(ada)
    sending.send_due()
    [endpoint] = script.get("/api/v1/webhooks/").json()["results"]
    assert endpoint["pause_reason"] == "gone"


def test_an_owner_pauses_and_resumes(receiver, script, ada):
    address = f"/api/v1/webhooks/{add(script, receiver.url)['id']}/"
    assert script.post(address + "pause/").json()["pause_reason"] == "asked"
    end(ada)
    assert sending.send_due() == 0
    script.post(address + "resume/")
    assert sending.send_due() == 1


def test_a_dead_receiver_costs_others_nothing(receiver, script, ada, settings):
    """Of many messages to one that fails, few are tried; the others go their way."""
    settings.WEBHOOK_SCHEDULE = [1000]
    add(script, "http://127.0.0.1:1999/")
    other = User.objects.create_user("bob@example.org")
    endpoints.create(other, receiver.url, [Event.SUCCEEDED])
    for _ in range(12):
        end(ada)
    end(other)
    assert sending.send_due() == 1 + sending.MAX_CONCURRENT_PER_RECEIVER
    assert len(receiver.received) == 1


def test_hanging_servers_of_one_account_delay_nobody(receiver, script, ada):
    """Many endpoints of one account that never answer; a message of somebody else's goes out."""
    enough = threading.Event()

    def answer(handler):
        if handler.path.startswith("/hang"):
            enough.wait(60)
        handler.respond(200)

    receiver.answer = answer
    for number in range(endpoints.MAX_ENDPOINTS):
        endpoints.create(ada, f"{receiver.url}/hang{number}", [Event.SUCCEEDED])
    other = User.objects.create_user("bob@example.org")
    endpoints.create(other, f"{receiver.url}/quick", [Event.SUCCEEDED])
    for _ in range(3):
        end(ada)
    sender = threading.Thread(target=in_thread(sending.send_due))
    sender.start()

    def paths(kind: str) -> list[str]:
        return [request.path for request in receiver.received if request.path.startswith(kind)]

    most = sending.MAX_CONCURRENT_PER_OWNER
    wait_for(lambda: len(paths("/hang")) == most, "places to be taken")
    end(other)
    wait_for(lambda: paths("/quick"), "the other's message to arrive")
    assert len(paths("/hang")) == most
    enough.set()
    sender.join(60)
    assert not WebhookDelivery.objects.exclude(state="delivered").exists()


def test_an_owner_with_nothing_under_way_finds_a_place(ada):
    """However many others hang, some places are for those who have none."""
    hanging = [User.objects.create_user(f"{number}@example.org") for number in range(20)]
    for user in [*hanging, ada]:
        for number in range(3):
            endpoints.create(user, f"https://example.org/{number}", [Event.SUCCEEDED])
    for user in hanging:
        for _ in range(4):
            end(user)
    while sending.claim():
        pass
    held = WebhookDelivery.objects.filter(lease_until__isnull=False)
    assert held.count() >= sending.MAX_CONCURRENT - sending.KEPT_FREE
    end(ada)
    claimed = sending.claim()
    assert [delivery.endpoint and delivery.endpoint.owner for delivery in claimed] == [ada]


def test_tests_and_resends_have_a_rate(receiver, script, monkeypatch):
    monkeypatch.setitem(api_settings.DEFAULT_THROTTLE_RATES, "webhook", "2/day")
    address = f"/api/v1/webhooks/{add(script, receiver.url)['id']}/test/"
    asked = script.post(address).json()
    resend = f"/api/v1/deliveries/{asked['id']}/resend/"
    assert script.post(resend).status_code == 202
    for again in (address, resend):
        refused = script.post(again)
        assert (refused.status_code, refused.json()["code"]) == (429, "throttled")


def in_thread(work):
    """The same, with its database connections closed at the end."""

    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    return run
