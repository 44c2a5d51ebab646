"""Every page is usable by everybody: axe finds nothing, nothing is wider than the screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from colorweb.testing.stack import Stack
from tests.e2e import pages
from tests.e2e.accessibility import check_light_and_dark


@pytest.mark.parametrize("width", [pages.DESKTOP, pages.PHONE])
def test_pages_have_no_accessibility_violations(
    browser: Browser, stack: Stack, tmp_path: Path, width: int
) -> None:
    context = pages.screen(browser, stack, width, reduced_motion="reduce", locale="en-GB")
    page = context.new_page()
    page.goto("/")
    check_light_and_dark(page, width)

    with stack.stopped("gpu"):
        pages.choose(page, pages.photo_in(tmp_path, width=2000))
        page.wait_for_url("**/jobs/*/")
        expect(page.get_by_role("status")).to_have_text("Next in line")
        check_light_and_dark(page, width)
        address = page.url
        letter = tmp_path / "letter.txt"
        letter.write_text("Dear grandson, this is not a photo.")
        pages.choose(page, letter)
        expect(page.locator(".card[data-status=refused]")).to_be_visible()
        check_light_and_dark(page, width)
    expect(page.locator(".card[data-status=succeeded]")).to_be_visible(timeout=pages.COLORED)
    check_light_and_dark(page, width)

    page.goto(address)
    check_light_and_dark(page, width)
    page.get_by_role("button", name="100 %").click()
    check_light_and_dark(page, width)
    pages.publish(page, "Grandmother in Riga")

    page.goto("/gallery/")
    expect(page.get_by_text("Grandmother in Riga").first).to_be_visible()
    check_light_and_dark(page, width)
    page.goto("/api/guide/")
    check_light_and_dark(page, width)
    page.goto("/nowhere/")
    check_light_and_dark(page, width)
    context.close()
