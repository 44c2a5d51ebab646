"""The pages of accounts, one and all."""

import re

import pytest
from django.test import Client

from tests.accounts import log_in, prove, sign_up, turn_on_two_steps

pytestmark = pytest.mark.django_db


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
