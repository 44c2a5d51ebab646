"""An account's pages, as a browser without JavaScript uses them."""

import re

from django.contrib.auth.models import AnonymousUser

from tests import totp

EMAIL, PASSWORD = "ann@example.org", "correct horse battery"

PAGES_FOR_ALL = (
    "/about/",
    "/privacy/",
    "/terms/",
    "/account/login/",
    "/account/signup/",
    "/account/password/reset/",
    "/account/password/reset/done/",
    "/account/password/reset/key/1-x/",
    "/account/confirm-email/",
    "/account/confirm-email/nothing/",
    "/account/inactive/",
)
PAGES_OF_ACCOUNT = (
    "/account/",
    "/account/delete/",
    "/account/email/",
    "/account/logout/",
    "/account/password/change/",
    "/account/reauthenticate/",
    "/account/sessions/",
    "/account/tokens/",
    "/account/tokens/new/",
    "/account/webhooks/",
    "/account/webhooks/new/",
    "/history/",
    "/trash/",
    "/account/2fa/",
    "/account/2fa/totp/activate/",
)
PAGES_OF_TWO_STEPS = (
    "/account/2fa/",
    "/account/2fa/reauthenticate/",
    "/account/2fa/recovery-codes/",
    "/account/2fa/recovery-codes/generate/",
    "/account/2fa/totp/deactivate/",
)


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
