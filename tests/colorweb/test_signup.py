"""What accounts promise, as a browser without JavaScript meets them."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from colorweb.accounts import tokens
from colorweb.accounts.models import User
from tests.accounts import EMAIL, PASSWORD, link_in, log_in, sign_up, turn_on_two_steps, whom

pytestmark = pytest.mark.django_db


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
        body = client.get(page, follow=True).content.decode()
        assert 'Your API tokens keep working: <a href="/account/tokens/">' in body
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
    body = client.get(page).content.decode()
    assert "Turn it off, change the address" in body
    assert 'name="action_add"' not in body


def test_an_address_of_another_account_cannot_be_taken(client, ann):
    User.objects.create_user("bob@example.org", PASSWORD)
    answer = client.post("/account/email/", {"email": "bob@example.org", "action_add": ""})
    assert "already registered" in answer.content.decode()
    assert whom(client) == EMAIL
