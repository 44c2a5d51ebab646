"""Logging in: second factors, sessions, and what guessing meets."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from colorweb.accounts import sessions
from colorweb.accounts.models import User
from tests import totp
from tests.accounts import EMAIL, PASSWORD, log_in, prove, sign_up, turn_on_two_steps, whom

pytestmark = pytest.mark.django_db


def test_two_step_login_asks_for_a_code(client, ann):
    secret = turn_on_two_steps(client)
    other = Client()
    assert log_in(other)["Location"] == "/account/2fa/authenticate/"
    assert whom(other) == ""
    refused = other.post("/account/2fa/authenticate/", {"code": "000000"})
    assert "Incorrect code." in refused.content.decode()
    other.post("/account/2fa/authenticate/", {"code": totp.code(secret)})
    assert whom(other) == EMAIL


def test_a_recovery_code_lets_in_once(client, ann):
    turn_on_two_steps(client)
    code = client.get("/account/2fa/recovery-codes/").context["unused_codes"][0]
    for expected in (EMAIL, ""):
        other = Client()
        log_in(other)
        other.post("/account/2fa/authenticate/", {"code": code})
        assert whom(other) == expected


def test_the_second_factors_secret_is_encrypted_in_the_database(client, ann):
    secret = turn_on_two_steps(client)
    kept = Authenticator.objects.get(type=Authenticator.Type.TOTP).data["secret"]
    assert secret not in kept
    assert Authenticator.objects.get(type="totp").wrap().validate_code(totp.code(secret))


def test_other_sessions_are_shown_and_ended(client, ann):
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    other = Client(headers={"user-agent": firefox})
    log_in(other)
    page = client.get("/account/sessions/").content.decode()
    assert "Firefox, Linux" in page
    assert page.count("this browser") == 1
    client.post("/account/sessions/")
    assert (whom(client), whom(other)) == (EMAIL, "")
    assert UserSession.objects.count() == 1


def test_logins_that_have_run_out_are_forgotten(client, ann):
    other = Client()
    log_in(other)
    Session.objects.filter(pk=other.session.session_key).update(
        expire_date=timezone.now() - timedelta(hours=1)
    )
    sessions.sweep()
    kept = [client.session.session_key]
    assert list(Session.objects.values_list("pk", flat=True)) == kept
    assert list(UserSession.objects.values_list("session_key", flat=True)) == kept


def test_guessing_passwords_is_stopped(ann):
    client = Client()
    for _attempt in range(5):
        log_in(client, password="wrong")
    answer = log_in(client)
    assert "Too many failed login attempts" in answer.content.decode()
    assert whom(client) == ""


def test_nobody_is_locked_out_by_guesses_from_another_network(ann):
    attacker, owner = Client(REMOTE_ADDR="203.0.113.5"), Client(REMOTE_ADDR="198.51.100.7")
    for _attempt in range(5):
        log_in(attacker, password="wrong")
    assert "Too many failed login attempts" in log_in(attacker).content.decode()
    log_in(owner)
    assert whom(owner) == EMAIL


def test_nobody_is_kept_from_a_new_password_by_others_who_ask_for_it(ann, mail_arrives, mailoutbox):
    reset = "/account/password/reset/"
    attacker, owner = Client(REMOTE_ADDR="203.0.113.5"), Client(REMOTE_ADDR="198.51.100.7")
    mailoutbox.clear()
    for _attempt in range(8):
        attacker.post(reset, {"email": EMAIL.upper()})
    assert owner.post(reset, {"email": EMAIL})["Location"] == f"{reset}done/"
    assert [mail.to for mail in mailoutbox] == [[EMAIL]] * 5


def test_one_network_guesses_as_one(ann):
    for host in range(5):
        log_in(Client(REMOTE_ADDR=f"2001:db8::{host}"), password="wrong")
    answer = log_in(Client(REMOTE_ADDR="2001:db8::ffff"))
    assert "Too many failed login attempts" in answer.content.decode()


def test_too_many_requests_are_refused_with_429(client):
    answers = [sign_up(client, password="x") for _attempt in range(61)]
    assert [answers[-2].status_code, answers[-1].status_code] == [200, 429]
    assert "Too many attempts" in answers[-1].content.decode()


def test_what_could_hurt_asks_for_the_password_again(client):
    sign_up(client)
    for path in ("/account/delete/", "/account/2fa/totp/activate/"):
        assert client.get(path)["Location"].startswith("/account/reauthenticate/?")
    assert "Incorrect password." in prove(client, "wrong").content.decode()
    prove(client)
    assert client.get("/account/delete/").status_code == 200


def test_staff_log_in_where_everybody_does(client, mail_arrives):
    User.objects.create_superuser(EMAIL, PASSWORD)
    answer = client.get("/admin/")
    assert answer["Location"].startswith("/admin/login/")
    answer = client.get(answer["Location"])
    assert answer["Location"].startswith("/account/login/?")
    client.post(answer["Location"], {"login": EMAIL, "password": PASSWORD})
    assert client.get("/admin/").status_code == 200


def test_an_ordinary_account_does_not_reach_the_admin(client, ann):
    assert client.get("/admin/login/").status_code == 403
