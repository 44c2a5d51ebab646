"""What the account of actions promises."""

import csv
import io
import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from colorweb.accounts import tokens
from colorweb.accounts.models import User
from colorweb.audit.models import Action, AppendOnly
from colorweb.audit.records import record
from jobs.models import Queue
from tests.accounts import prove

pytestmark = pytest.mark.django_db


def test_console_api_and_command_say_who_did_what(admin_client, admin_user):
    admin_client.post("/admin/jobs/job/queue/pause/")
    _token, secret = tokens.create(
        admin_user, name="t", scopes=["read", "write", "staff"], expires_at=None
    )
    script = Client(headers={"Authorization": f"Bearer {secret}"})
    assert script.post("/api/v1/queue/resume/").status_code == 200
    call_command("queue", "pause", stdout=StringIO())
    rows = list(Action.objects.order_by("id").values_list("via", "what"))
    assert rows == [
        ("console", "queue paused"),
        ("api", "queue resumed"),
        ("command", "queue paused"),
    ]
    by_people = Action.objects.filter(via__in=["console", "api"])
    assert {row.who for row in by_people} == {"admin@example.com"}
    assert Queue.objects.get().paused


def test_what_changes_nothing_is_not_recorded(admin_client):
    admin_client.post("/admin/jobs/job/queue/resume/")
    assert not Action.objects.exists()


def test_rights_given_in_the_console_are_recorded(admin_client):
    prove(admin_client, "password")
    customer = User.objects.create_user("customer@example.org")
    form = {"email": customer.email, "is_active": "on", "is_staff": "on"}
    admin_client.post(f"/admin/accounts/user/{customer.pk}/change/", form)
    row = Action.objects.get(what="user changed")
    assert (row.after["name"], "Staff status" in row.after["fields"]) == (customer.email, True)


def test_rows_are_never_changed_or_deleted():
    record("queue paused")
    row = Action.objects.get()
    row.what = "nothing"
    for attempt in (
        row.save,
        row.delete,
        Action.objects.all().delete,
        lambda: Action.objects.update(what="nothing"),
    ):
        with pytest.raises(AppendOnly):
            attempt()
    assert Action.objects.get().what == "queue paused"


def test_they_are_searched_and_exported(admin_client):
    record("run started", after={"preset": "quick"})
    record("run stopped", after={"reason": "=1+1"})
    page = admin_client.get("/admin/audit/action/?q=started+QUICK").content.decode()
    assert "run started" in page
    answer = admin_client.get(reverse("admin:audit_action_export"), {"q": "run"})
    text = b"".join(answer).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["what"] for row in rows] == ["run stopped", "run started"]
    out = StringIO()
    call_command("actions", "quick", "--json", stdout=out)
    assert json.loads(out.getvalue())["after"] == {"preset": "quick"}
