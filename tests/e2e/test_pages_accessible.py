"""Every page is usable by everybody: axe finds nothing, nothing is wider than the screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from colorweb.testing.stack import Stack
from tests.e2e import pages
from tests.e2e.accessibility import check, check_light_and_dark

TWICE = {"standard": 32, "fixed": 26}  # pixels; a browser's own are 16 and 13
CUT = """() => [...document.querySelectorAll(
    '.tool, .variant, .look > :not(.visually-hidden), .stage-tools button')]
    .filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.outerHTML)"""
COVERED = """() => [...document.querySelectorAll(
    '.neighbors a, .stage-tools button, .tool, .look *')].filter((one) => {
        one.scrollIntoView({ block: 'center' });
        const { left, top, width, height } = one.getBoundingClientRect();
        const found = document.elementFromPoint(left + width / 2, top + height / 2);
        return width > 1 && !one.contains(found) && !found.contains(one);
    }).map((one) => one.outerHTML)"""
"""What another thing lies over, or that is outside of the screen."""


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


def test_with_text_twice_as_large_nothing_of_a_photos_page_is_cut_or_covered(
    browser: Browser, stack: Stack, tmp_path: Path
) -> None:
    context = pages.screen(browser, stack, pages.PHONE, reduced_motion="reduce")
    page = context.new_page()
    for name in ("left.jpg", "right.jpg"):  # each has the other as its neighbor
        pages.colored(page, pages.photo_in(tmp_path, name, width=1600))
    context.new_cdp_session(page).send("Page.setFontSizes", {"fontSizes": TWICE})
    page.reload()
    expect(page.locator("photo-colors[data-live]")).to_be_attached()
    check(page, pages.PHONE)
    assert page.evaluate(CUT) == []
    assert page.evaluate(COVERED) == []
    for slider in page.locator(".look [type=range]").all():
        assert slider.evaluate("slider => slider.offsetWidth") > pages.PHONE / 2
    words = page.locator(".tool").first
    assert words.evaluate("tool => parseFloat(getComputedStyle(tool).fontSize)") >= 2 * 11
    context.close()
