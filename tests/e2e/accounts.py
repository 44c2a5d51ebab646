"""An account's pages in a browser."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests import totp

PASSWORD = "correct horse battery"


def sign_up(page: Page, email: str) -> None:
    page.goto("/")
    page.get_by_role("link", name="Log in").click()
    page.get_by_role("link", name="Sign up").click()
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("link", name="Account")).to_be_visible()


def log_in(page: Page, email: str) -> None:
    page.goto("/account/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Log in").click()


def log_out(page: Page) -> None:
    page.goto("/account/")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_text("You are logged out.")).to_be_visible()


def prove(page: Page) -> None:
    """Enter the password where it is asked for once more."""
    expect(page.get_by_role("heading", name="Is it you?")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()


def turn_on_two_steps(page: Page) -> None:
    page.goto("/account/2fa/totp/activate/")
    secret = page.get_by_label("The same as a key").input_value()
    page.get_by_label("Authenticator code").fill(totp.code(secret))
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()


def delete_account(page: Page, email: str) -> None:
    """Of somebody who has just proved to be himself."""
    page.goto("/account/")
    page.get_by_role("link", name="Delete…").click()
    page.get_by_label("type your address").fill(email)
    page.get_by_role("button", name="Delete everything").click()
    expect(page.get_by_text("has been deleted")).to_be_visible()
