"""A private photo shown by a link, in the browsers of its owner and of a friend."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, expect

from colorweb.testing import pictures
from colorweb.testing.stack import Stack
from tests.e2e import pages
from tests.e2e.accessibility import check

PHONE_SENDS = """
    const answers = [];
    navigator.canShare = ({ files }) => files.length === 1;
    navigator.share = async ({ files, title }) => {
        const answer = answers.shift();
        if (answer) throw new DOMException("", answer);
        const [file] = files;
        const content = [...new Uint8Array(await file.arrayBuffer())];
        window.sent = { title, name: file.name, content };
    };
    window.answerWith = (...names) => answers.push(...names);
"""
"""A phone's list of ways to send, which a browser without a screen does not have."""


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


def test_the_photo_itself_is_handed_to_the_phones_own_way_of_sending(
    browser: Browser, stack: Stack, tmp_path: Path
) -> None:
    context = pages.screen(browser, stack, pages.PHONE)
    context.add_init_script(PHONE_SENDS)
    page = context.new_page()
    pages.colored(page, pages.photo_in(tmp_path))
    page.get_by_role("button", name="Share").tap()
    said = page.locator("send-picture").get_by_role("status")

    page.evaluate("answerWith('NotAllowedError', 'AbortError', 'DataError')")
    send = page.get_by_role("button", name="Send the photo…")
    send.tap()
    expect(said).to_have_text("Your file is ready: press once more.")
    send.tap()  # and the list is closed
    expect(said).to_have_text("")
    send.tap()
    expect(said).to_have_text("This file could not be made. Try again in a minute.")
    send.tap()
    assert sent(page)["name"] == "photo-color.jpg"
    assert sent(page)["title"] == "A photo in color"
    assert opened(page).size == (800, 600)
    assert pictures.chroma(content(page)) > 2

    page.evaluate("delete window.sent")
    page.get_by_role("button", name="Send before and after…").tap()
    assert sent(page)["name"] == "before-after.jpg"
    assert opened(page).size == (800, 1208)  # one above the other
    expect(said).to_have_text("")
    context.close()


def sent(page: Page) -> dict[str, Any]:
    """What the phone was given."""
    page.wait_for_function("() => window.sent !== undefined")
    return dict(page.evaluate("sent"))


def content(page: Page) -> bytes:
    return bytes(sent(page)["content"])


def opened(page: Page) -> Image.Image:
    return pictures.opened(content(page))
