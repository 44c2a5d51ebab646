"""A private photo shown by a link, in the browsers of its owner and of a friend."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from colorweb.testing.stack import Stack
from tests.e2e import pages
from tests.e2e.accessibility import check


def status(page: Page, address: str) -> int:
    """How the site answers this browser there."""
    return page.request.get(address).status


def test_a_link_with_a_password_shows_the_photo_until_it_is_revoked(
    page: Page, browser: Browser, stack: Stack, tmp_path: Path
) -> None:
    pages.colored(page, pages.photo_in(tmp_path))
    private = page.url
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Share").click()
    page.get_by_role("link", name="Send a link…").click()
    page.get_by_label("Password").fill("plum jam")
    page.get_by_role("button", name="Make a link").click()
    address = page.get_by_role("textbox", name="Link 1").input_value()
    page.get_by_role("button", name="Copy link 1").press("Enter")
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_visible()
    check(page, pages.DESKTOP)
    assert page.evaluate("navigator.clipboard.readText()") == address

    friend = pages.screen(browser, stack, width=pages.PHONE).new_page()
    assert status(friend, private) == 404
    friend.goto(address)
    check(friend, pages.PHONE)
    friend.get_by_label("Password").fill("apple jam")
    friend.get_by_role("button", name="Show the photo").click()
    expect(friend.get_by_role("alert")).to_have_text("This is not the password.")
    friend.get_by_label("Password").fill("plum jam")
    friend.get_by_role("button", name="Show the photo").click()
    picture = friend.locator(".after img")
    expect(picture).to_be_visible()
    file = picture.evaluate("picture => picture.src")
    assert status(friend, file) == 200
    check(friend, pages.PHONE)

    page.get_by_role("button", name="Revoke link 1").click()
    expect(page.get_by_role("textbox", name="Link 1")).to_have_count(0)
    assert (status(friend, file), status(friend, address)) == (404, 404)
