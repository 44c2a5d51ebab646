"""The pages of accounts, one and all."""

import re

import pytest
from django.test import Client

from tests.accounts import (
    PAGES_FOR_ALL,
    PAGES_OF_ACCOUNT,
    PAGES_OF_TWO_STEPS,
    log_in,
    prove,
    sign_up,
    turn_on_two_steps,
)

pytestmark = pytest.mark.django_db


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
    for path in PAGES_FOR_ALL:
        check_page(client, path)
    sign_up(client)
    prove(client)
    for path in PAGES_OF_ACCOUNT:
        check_page(client, path)
    turn_on_two_steps(client)
    for path in PAGES_OF_TWO_STEPS:
        check_page(client, path)
    other = Client()
    log_in(other)
    check_page(other, "/account/2fa/authenticate/")


def test_the_account_page_is_for_those_who_are_logged_in(client):
    for path in ("/account/", "/account/export/", "/account/delete/"):
        assert client.get(path)["Location"] == f"/account/login/?next={path}"
