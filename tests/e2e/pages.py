"""What the tests of the pages share: photos to send, and the pages they lead to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from colorweb.testing import pictures
from colorweb.testing.stack import Stack

DESKTOP = 1280
PHONE = 390
COLORED = 120_000  # milliseconds; two cores do it in two seconds when nothing else runs


def screen(browser: Browser, stack: Stack, width: int = DESKTOP, **options: Any) -> BrowserContext:
    """A new visitor at a desktop or with a phone."""
    phone = width < 500
    return browser.new_context(
        base_url=stack.base_url,
        viewport={"width": width, "height": 844 if phone else 900},
        is_mobile=phone,
        has_touch=phone,
        locale=options.pop("locale", "en-GB"),
        **options,
    )


def photo_in(folder: Path, name: str = "grandmother.jpg", width: int = 800) -> Path:
    """A black-and-white photo in a folder."""
    path = folder / name
    path.write_bytes(pictures.jpeg(width, width * 3 // 4))
    return path


def choose(page: Page, *photos: Path) -> None:
    """Send photos from the start page by its file field."""
    page.goto("/")
    page.set_input_files("#pick", photos)


def colored(page: Page, photo: Path) -> None:
    """Send one photo and wait on its page until it is in color and all is still."""
    choose(page, photo)
    page.wait_for_url("**/jobs/*/")
    wait_until_still(page)


def state(page: Page) -> Locator:
    """What a photo's page says of it."""
    return page.locator("job-view").get_by_role("status")


def wait_until_still(page: Page) -> None:
    """Wait on a photo's page until it is in color and nothing moves any more."""
    expect(state(page)).to_have_text("In color", timeout=COLORED)
    expect(page.locator("photo-stage[data-arriving], photo-stage[data-settling]")).to_have_count(0)


def open_more(page: Page, name: str) -> None:
    """Press a button of the photo's further tools."""
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name=name).click()


def publish(page: Page, title: str) -> None:
    """Put the photo of this page into the gallery."""
    page.get_by_role("button", name="Share").click()
    page.get_by_role("dialog").get_by_label("Title").fill(title)
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.locator("#share form[action$='/unpublish/']")).to_be_attached()
