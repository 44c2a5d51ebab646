"""Mail goes through an outbox: a mail server that is away stops nobody."""

import socket
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail as django_mail
from django.db.models.functions import Now
from django.test import Client

from colorweb.accounts import mail
from colorweb.accounts.models import Mail, User
from colorweb.testing import smtp
from colorweb.testing.ports import free_port
from tests.accounts import EMAIL, PASSWORD, sign_up

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mailbox():
    return smtp.Mailbox()


@pytest.fixture(autouse=True)
def outbox(settings, mail_arrives):
    """The site sends by SMTP to a port where nobody listens yet."""
    settings.EMAIL_BACKEND = "colorweb.accounts.mail.Outbox"
    settings.MAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    return settings


@pytest.fixture
def server(mailbox, settings):
    with smtp.server(mailbox, settings.EMAIL_PORT):
        yield mailbox


def write(to: str = EMAIL) -> Mail:
    django_mail.send_mail("Hello", "A link.", None, [to])
    return Mail.objects.latest("pk")


def due_now() -> None:
    Mail.objects.update(due_at=Now() - timedelta(seconds=1))


def test_mail_is_sent_by_a_worker_and_leaves_no_row(server):
    write()
    assert server.messages == []
    assert mail.send_due() == 1
    (message,) = server.messages
    assert (message["Subject"], message["To"], message["From"]) == (
        "Hello",
        EMAIL,
        "colorweb@127.0.0.1",
    )
    assert message["Message-ID"].endswith("@127.0.0.1>")
    assert not Mail.objects.exists()


def test_a_database_alone_tells_no_link():
    row = write()
    assert "A link." not in row.content
    assert EMAIL not in row.content


def test_signing_up_and_resetting_work_while_the_mail_server_is_away(client):
    assert sign_up(client)["Location"] == "/account/confirm-email/"
    reset = Client().post("/account/password/reset/", {"email": EMAIL})
    assert reset["Location"] == "/account/password/reset/done/"
    assert Mail.objects.count() == 2


def test_mail_written_while_the_server_was_away_is_sent_once_it_is_back(mailbox, settings):
    write("a@example.org")
    write("b@example.org")
    assert mail.send_due() == 0
    assert Mail.objects.filter(lease_until=None, due_at__gt=Now(), failures=0).count() == 2
    assert not Mail.objects.filter(due_at__gt=Now() + mail.UNAVAILABLE).exists()
    due_now()
    with smtp.server(mailbox, settings.EMAIL_PORT):
        assert mail.send_due() == 2
    assert [message["To"] for message in mailbox.messages] == ["a@example.org", "b@example.org"]


def test_health_shows_mail_that_waits_for_its_server_but_not_what_a_server_puts_off(server):
    write("full@example.org")
    assert mail.problem() == ""
    Mail.objects.update(created_at=Now() - 2 * mail.LATE)
    assert mail.problem() == "waiting"
    server.answers["full@example.org"] = "452 mailbox full"
    mail.send_due()
    assert mail.problem() == ""


def test_a_server_that_answers_nothing_is_given_up_after_its_time(settings):
    settings.EMAIL_TIMEOUT = 0.2
    write()
    with socket.create_server(("127.0.0.1", settings.EMAIL_PORT)):
        assert mail.send_due() == 0
    assert Mail.objects.get().lease_until is None


def test_a_mail_that_is_put_off_waits_longer_each_time_and_holds_up_no_other(server):
    server.answers["full@example.org"] = "452 mailbox full"
    write("full@example.org")
    write("b@example.org")
    assert mail.send_due() == 1
    assert Mail.objects.get().failures == 1
    due_now()
    assert mail.send_due() == 0
    left = Mail.objects.get()
    assert left.failures == 2
    assert left.due_at > left.created_at + timedelta(seconds=mail.DELAYS[1] - 1)


def test_a_mail_to_nobody_is_not_tried_again(server):
    server.answers["nobody@example.org"] = "550 no such user"
    write("nobody@example.org")
    assert mail.send_due() == 0
    assert not Mail.objects.exists()


def test_mail_of_a_worker_that_died_is_sent_by_another(server):
    write()
    Mail.objects.update(attempt=1, lease_until=Now() - timedelta(seconds=1))
    assert mail.send_due() == 1


def test_one_worker_sends_at_a_time(server):
    write()
    Mail.objects.update(attempt=1, lease_until=Now() + mail.LEASE)
    write()
    assert mail.send_due() == 0


def test_mail_that_no_server_takes_is_given_up_after_days():
    write()
    Mail.objects.update(created_at=Now() - mail.GIVE_UP - timedelta(hours=1))
    write()
    assert mail.sweep() == 1
    assert Mail.objects.count() == 1


@pytest.mark.parametrize("known", [True, False], ids=["an account", "nobody"])
def test_signing_up_does_the_same_work_whoever_is_asked_about(client, monkeypatch, known):
    """What takes time is a password's hash and a mail's row: one of each."""
    if known:
        User.objects.create_superuser(EMAIL, PASSWORD)
    hashed = []
    encode = MD5PasswordHasher.encode

    def counted(*args):
        hashed.append(args)
        return encode(*args)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    sign_up(client)
    assert (len(hashed), Mail.objects.count()) == (1, 1)


@pytest.mark.parametrize("known", [True, False], ids=["an account", "nobody"])
def test_a_reset_does_the_same_work_whoever_is_asked_about(client, known):
    if known:
        User.objects.create_superuser(EMAIL, PASSWORD)
    answer = client.post("/account/password/reset/", {"email": EMAIL})
    assert answer["Location"] == "/account/password/reset/done/"
    assert Mail.objects.count() == 1


def test_links_in_mails_are_of_the_site_whatever_host_was_asked(client, server, settings):
    settings.SITE_URL = "https://colors.example"
    User.objects.create_superuser(EMAIL, PASSWORD)
    for host in ("localhost", "127.0.0.1:8080"):
        client.post("/account/password/reset/", {"email": EMAIL}, headers={"host": host})
        client.post("/account/password/reset/", {"email": "x@example.org"}, headers={"host": host})
    assert mail.send_due() == 4
    for message in server.messages:
        parts = {
            part.get_content_type(): part for part in message.walk() if not part.is_multipart()
        }
        assert set(parts) == {"text/plain", "text/html"}
        for part in parts.values():
            text = part.get_payload(decode=True).decode()
            assert "https://colors.example/account/" in text
            assert "localhost" not in text
            assert "127.0.0.1" not in text
