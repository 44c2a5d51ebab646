"""Webhook endpoints: their addresses, secrets and owners."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from colorweb.accounts import tokens
from colorweb.testing import pictures
from jobs.models import Job, State, WebhookDelivery, WebhookEndpoint
from jobs.webhooks import endpoints, sending
from tests.jobs.webhooks.make import add, end

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_address_that_comes_with_a_job_is_called_too(receiver):
    me = Client().get("/api/v1/me/").json()
    guest = Client(headers={"Authorization": f"Bearer {me['guest_token']}"})
    fields = {"image": pictures.upload(), "webhook_url": receiver.url}
    job = guest.post("/api/v1/jobs/", fields).json()
    guest.post(job["urls"]["cancel"])
    sending.send_due()
    [request] = receiver.received
    event = Webhook(me["webhook_secret"]).verify(request.body, request.headers)
    assert (event["type"], event["data"]["id"]) == ("job.canceled", job["id"])
    again = guest.post(f"/api/v1/jobs/{job['id']}/retry/").json()
    assert Job.objects.get(pk=again["id"]).webhook_url == receiver.url


@pytest.mark.parametrize("url", ["http://example.org/", "https://127.0.0.1/", "nonsense"])
def test_an_address_that_would_never_be_called_is_refused(client, script, url):
    answer = script.post("/api/v1/webhooks/", {"url": url}, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "url_refused")
    fields = {"image": pictures.upload(), "webhook_url": url}
    assert client.post("/api/v1/jobs/", fields).json()["errors"][0]["attr"] == "webhook_url"


def test_a_name_that_leads_home_is_never_called(receiver, script, ada, settings):
    add(script, receiver.url.replace("127.0.0.1", "localhost"))
    settings.OUTGOING_PRIVATE = False
    end(ada)
    sending.send_due()
    assert not receiver.received
    assert "public internet" in WebhookDelivery.objects.get().attempts[0]["error"]


def test_a_new_secret_signs_beside_the_old_one_for_a_day(receiver, script, ada):
    old = add(script, receiver.url)
    new = script.post(f"/api/v1/webhooks/{old['id']}/secret/").json()
    end(ada)
    sending.send_due()
    WebhookEndpoint.objects.update(old_secret_ends=timezone.now())
    end(ada)
    sending.send_due()
    both, one = receiver.received
    for secret in (old["secret"], new["secret"]):
        Webhook(secret).verify(both.body, both.headers)
    Webhook(new["secret"]).verify(one.body, one.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(old["secret"]).verify(one.body, one.headers)


def test_secrets_are_shown_once_and_encrypted_in_the_database(receiver, script, settings):
    endpoint = add(script, receiver.url)
    assert "secret" not in script.get(f"/api/v1/webhooks/{endpoint['id']}/").json()
    row = WebhookEndpoint.objects.get()
    assert endpoint["secret"] not in row.secret
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another"
    assert endpoints.secrets_of(row) == [endpoint["secret"]]


def test_a_lost_key_is_recorded_in_the_log_and_stops_nobody(receiver, script, ada, settings):
    add(script, receiver.url)
    end(ada)
    settings.SECRET_KEY = "another"
    sending.send_due()
    assert "make a new one" in WebhookDelivery.objects.get().attempts[0]["error"]


def test_a_webhook_can_be_changed_and_deleted(receiver, script, ada):
    address = f"/api/v1/webhooks/{add(script, 'https://example.org/')['id']}/"
    changed = {"url": receiver.url, "events": ["job.failed", "job.failed"]}
    answer = script.patch(address, changed, "application/json").json()
    assert (answer["url"], answer["events"]) == (receiver.url, ["job.failed"])
    assert script.patch(address, {}, "application/json").json() == answer
    end(ada, State.FAILED)
    assert script.delete(address).status_code == 204
    assert script.get(address).status_code == 404
    assert not WebhookDelivery.objects.exists()


def test_an_account_has_so_many_webhooks(script, monkeypatch):
    monkeypatch.setattr(endpoints, "MAX_ENDPOINTS", 1)
    add(script, "https://example.org/")
    answer = script.post("/api/v1/webhooks/", {"url": "https://example.org/"}, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_endpoints")


def test_guests_have_no_endpoints(client):
    assert client.get("/api/v1/webhooks/").json()["code"] == "not_authenticated"


def test_a_token_that_may_only_read_learns_no_secret(ada):
    _, secret = tokens.create(ada, "reader", ["read"])
    reader = Client(headers={"Authorization": f"Bearer {secret}"})
    assert reader.get("/api/v1/me/").json()["webhook_secret"] is None


def test_old_deliveries_are_forgotten(receiver, script, ada):
    add(script, receiver.url)
    end(ada)
    end(ada)
    old = WebhookDelivery.objects.order_by("created_at")[0]
    WebhookDelivery.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=31))
    assert sending.sweep() == 1
    assert WebhookDelivery.objects.count() == 1
