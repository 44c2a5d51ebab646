"""What accounts promise, as a browser without JavaScript meets them."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from colorweb.accounts import tokens
from colorweb.accounts.models import User
from colorweb.accounts.tasks import delete_sessions
from tests import totp

pytestmark = pytest.mark.django_db

EMAIL, PASSWORD = "ann@example.org", "correct horse battery"


@pytest.fixture
def mail_arrives(settings):
    """The settings of a site with a mail server."""
    settings.MAIL_ARRIVES = True
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    settings.ACCOUNT_PREVENT_ENUMERATION = True
    settings.MFA_ALLOW_UNVERIFIED_EMAIL = False


@pytest.fixture
def ann(client) -> User:
    """An account, logged in with `client`, its password given just now."""
    sign_up(client)
    prove(client)
    return User.objects.get()


def sign_up(client, email=EMAIL, password=PASSWORD):
    return client.post("/account/signup/", {"email": email, "password1": password})


def log_in(client, email=EMAIL, password=PASSWORD):
    return client.post("/account/login/", {"login": email, "password": password})


def prove(client, password=PASSWORD):
    """Give the password once more, as what could hurt demands."""
    return client.post("/account/reauthenticate/", {"password": password})


def whom(client) -> str:
    """The address of who is logged in, or nothing."""
    user = client.get("/").context["user"]
    return "" if isinstance(user._wrapped, AnonymousUser) else user.email


def link_in(mail) -> str:
    """The path of the link in a mail."""
    match = re.search(r"https?://[^/]+(/account/\S+)", mail.body)
    assert match
    return match[1]


def turn_on_two_steps(client) -> str:
    """Turn two-step login on; the secret."""
    secret = client.get("/account/2fa/totp/activate/").context["form"].secret
    answer = client.post("/account/2fa/totp/activate/", {"code": totp.code(secret)})
    assert answer["Location"] == "/account/2fa/recovery-codes/"
    return secret


def test_signing_up_logs_in_where_no_mail_arrives(client):
    answer = sign_up(client)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert whom(client) == EMAIL
    assert client.get("/account/").status_code == 200


def test_the_address_is_known_in_whatever_case(ann):
    other = Client()
    log_in(other, "Ann@Example.ORG")
    assert whom(other) == EMAIL


def test_a_weak_password_is_refused_with_the_reason(client):
    answer = sign_up(client, password="12345678")
    assert answer.status_code == 200
    assert "This password is entirely numeric." in answer.content.decode()
    assert not User.objects.exists()


def test_an_address_signs_up_once(ann):
    answer = sign_up(Client())
    assert "already registered" in answer.content.decode()
    assert User.objects.count() == 1


def test_where_mail_arrives_the_address_is_confirmed_first(client, mail_arrives, mailoutbox):
    assert sign_up(client)["Location"] == "/account/confirm-email/"
    assert whom(client) == ""
    assert log_in(client)["Location"] == "/account/confirm-email/"
    client.post(link_in(mailoutbox[0]))
    assert EmailAddress.objects.get().verified
    assert whom(client) == EMAIL


def test_where_mail_arrives_nobody_learns_who_has_an_account(client, mail_arrives, mailoutbox):
    User.objects.create_superuser(EMAIL, PASSWORD)
    answer = sign_up(client)
    assert answer["Location"] == "/account/confirm-email/"
    assert "already exists" in mailoutbox[0].body
    assert User.objects.count() == 1


def test_mail_speaks_the_language_of_the_page(client, mail_arrives, mailoutbox):
    client.post(
        "/account/signup/",
        {"email": EMAIL, "password1": PASSWORD},
        headers={"accept-language": "ru"},
    )
    assert mailoutbox[0].subject.startswith("[colorweb] ")
    assert re.search("[а-я]{4}", mailoutbox[0].body)


def test_a_forgotten_password_is_replaced_by_mail(ann, mailoutbox):
    client = Client()
    client.post("/account/password/reset/", {"email": EMAIL})
    page = client.get(link_in(mailoutbox[-1]), follow=True)
    new = "another long password"
    client.post(page.request["PATH_INFO"], {"password1": new, "password2": new})
    assert whom(client) == EMAIL
    assert "not correct" in log_in(Client()).content.decode()
    other = Client()
    log_in(other, password=new)
    assert whom(other) == EMAIL


def test_changing_the_password_logs_out_the_other_browsers(client, ann):
    other = Client()
    log_in(other)
    new = "another long password"
    client.post(
        "/account/password/change/",
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )
    assert (whom(client), whom(other)) == (EMAIL, "")


def test_a_new_password_leaves_tokens_and_says_so_beforehand(client, ann, mailoutbox):
    _, secret = tokens.create(User.objects.get(), "nightly", ["read"])
    Client().post("/account/password/reset/", {"email": EMAIL})
    new = "another long password"
    for page in ("/account/password/change/", link_in(mailoutbox[-1])):
        told = client.get(page, follow=True).content.decode()
        assert 'Your API tokens keep working: <a href="/account/tokens/">' in told
    client.post(
        "/account/password/change/",
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )
    script = Client(headers={"Authorization": f"Bearer {secret}"})
    assert script.get("/api/v1/me/").json()["email"] == EMAIL


def test_a_new_address_counts_at_once_where_no_mail_arrives(client, ann):
    client.post("/account/email/", {"email": "new@example.org", "action_add": ""})
    assert whom(client) == "new@example.org"
    assert [address.email for address in EmailAddress.objects.all()] == ["new@example.org"]


def test_a_new_address_counts_once_confirmed_where_mail_arrives(
    client, ann, mail_arrives, mailoutbox
):
    EmailAddress.objects.update(verified=True)
    client.post("/account/email/", {"email": "new@example.org", "action_add": ""})
    assert whom(client) == EMAIL
    link = next(mail for mail in mailoutbox if mail.to == ["new@example.org"])
    client.post(link_in(link))
    assert whom(client) == "new@example.org"


def test_with_two_steps_the_page_says_how_the_address_can_be_changed(client, ann, mail_arrives):
    EmailAddress.objects.update(verified=True)
    page = "/account/email/"
    assert 'name="action_add"' in client.get(page).content.decode()
    turn_on_two_steps(client)
    told = client.get(page).content.decode()
    assert "Turn it off, change the address" in told
    assert 'name="action_add"' not in told


def test_an_address_of_another_account_cannot_be_taken(client, ann):
    User.objects.create_user("bob@example.org", PASSWORD)
    answer = client.post("/account/email/", {"email": "bob@example.org", "action_add": ""})
    assert "already registered" in answer.content.decode()
    assert whom(client) == EMAIL


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
        expire_date=timezone.now() - timedelta(seconds=1)
    )
    delete_sessions()
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


def test_too_many_requests_are_told_so_with_429(client):
    answers = [sign_up(client, password="x") for _attempt in range(21)]
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


ENTRANCE = (
    "/account/login/",
    "/account/signup/",
    "/account/password/reset/",
    "/account/password/reset/done/",
    "/account/password/reset/key/1-x/",
    "/account/confirm-email/",
    "/account/confirm-email/nothing/",
    "/account/inactive/",
)
INSIDE = (
    "/account/",
    "/account/delete/",
    "/account/email/",
    "/account/logout/",
    "/account/password/change/",
    "/account/reauthenticate/",
    "/account/sessions/",
    "/account/webhooks/",
    "/account/webhooks/new/",
    "/account/2fa/",
    "/account/2fa/totp/activate/",
)
TWO_STEPS = (
    "/account/2fa/",
    "/account/2fa/reauthenticate/",
    "/account/2fa/recovery-codes/",
    "/account/2fa/recovery-codes/generate/",
    "/account/2fa/totp/deactivate/",
)


def check_page(client, path):
    """House style, strict policy, no inline code."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    assert "unsafe" not in answer["Content-Security-Policy"]
    page = answer.content.decode()
    assert '<header class="masthead">' in page
    assert len(re.findall("<h1>", page)) == 1
    assert not re.search(r"\sstyle=|\son\w+=|<style", page)
    assert not re.search(r"<script(?![^>]*(src=|type=\"application/json\"))", page)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_page_of_accounts_is_in_the_house_style(client, language):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    for path in ("/about/", "/privacy/", "/terms/", *ENTRANCE):
        check_page(client, path)
    sign_up(client)
    prove(client)
    for path in INSIDE:
        check_page(client, path)
    turn_on_two_steps(client)
    for path in TWO_STEPS:
        check_page(client, path)
    other = Client()
    log_in(other)
    check_page(other, "/account/2fa/authenticate/")


def test_the_account_page_is_for_those_who_are_logged_in(client):
    for path in ("/account/", "/account/export/", "/account/delete/"):
        assert client.get(path)["Location"] == f"/account/login/?next={path}"
