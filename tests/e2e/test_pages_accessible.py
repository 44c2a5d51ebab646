"""Every page is usable by everybody: axe finds nothing, nothing is wider than the screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from colorweb.testing.stack import Stack
from tests.e2e import pages
from tests.e2e.accessibility import check


@pytest.mark.parametrize("width", [pages.DESKTOP, pages.PHONE])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_have_no_accessibility_violations(
    browser: Browser, stack: Stack, tmp_path: Path, scheme: str, width: int
) -> None:
    context = pages.screen(
        browser, stack, width, color_scheme=scheme, reduced_motion="reduce", locale="en-GB"
    )
    page = context.new_page()
    page.goto("/")
    check(page, width)

    with stack.stopped("gpu"):
        pages.choose(page, pages.photo_in(tmp_path, width=2000))
        page.wait_for_url("**/jobs/*/")
        expect(page.get_by_role("status")).to_have_text("Next in line")
        check(page, width)
        address = page.url
        letter = tmp_path / "letter.txt"
        letter.write_text("Dear grandson, this is not a photo.")
        pages.choose(page, letter)
        expect(page.locator(".card[data-status=refused]")).to_be_visible()
        check(page, width)
    expect(page.locator(".card[data-status=succeeded]")).to_be_visible(timeout=pages.COLORED)
    check(page, width)

    page.goto(address)
    check(page, width)
    page.get_by_role("button", name="Publish…").click()
    check(page, width)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="100 %").click()
    check(page, width)
    pages.publish(page, "Grandmother in Riga")

    page.goto("/gallery/")
    expect(page.get_by_text("Grandmother in Riga").first).to_be_visible()
    check(page, width)
    page.goto("/nowhere/")
    check(page, width)
    context.close()


def test_everything_on_the_result_page_is_reached_by_keyboard(page: Page, tmp_path: Path) -> None:
    pages.colored(page, pages.photo_in(tmp_path, width=2000))
    expect(page.locator("photo-colors[data-live]")).to_be_attached()
    page.locator("#content").focus()
    reached = []
    for _ in range(16):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "(element => element.ariaLabel || element.textContent.trim() || element.id)"
                "(document.activeElement)"
            )
        )
    assert reached == [
        *(
            "Before / After",
            "Hold: before",
            "Side by side",
            "100 %",
            "calm",
            "natural",
            "vivid",
            "vividness",
            "Download",
            "Other formats…",
            "Publish…",
            "Share…",
            "Color again…",
            "Title…",
            "Delete…",
            "Color another photo",
        )
    ]
