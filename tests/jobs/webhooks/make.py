"""Webhooks and what they report, for tests."""

from django.db.models.functions import Now
from django.test import Client

from colorweb.accounts.models import User
from jobs.models import Job, State, WebhookDelivery, WebhookEndpoint
from jobs.queue import claims, states
from tests.jobs import make


def end(ada: User, state: str = State.SUCCEEDED, **fields) -> Job:
    """A job of the account's that has just come to its end."""
    job = make.job(photo=make.photo(owner=ada, guest=""), owner=f"user:{ada.pk}", **fields)
    if state != State.CANCELED:
        claims.claim("test")
    states.change(job.pk, state)
    return job


def add(script: Client, url: str, **more) -> dict:
    answer = script.post("/api/v1/webhooks/", {"url": url, **more}, "application/json")
    assert answer.status_code == 201, answer.json()
    return answer.json()


def due_now(*fields) -> None:
    """The pauses are over."""
    WebhookDelivery.objects.update(due_at=Now())
    WebhookEndpoint.objects.update(backoff_until=None)
