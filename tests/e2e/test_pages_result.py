"""The result page: the picture first, compared, magnified, and without anything jumping."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from colorweb.testing import pictures
from colorweb.testing.stack import Stack
from tests.e2e import pages

COUNT_SHIFTS = """
    window.shift = 0;
    new PerformanceObserver(list => {
        for (const entry of list.getEntries())
            if (!entry.hadRecentInput) window.shift += entry.value;
    }).observe({type: 'layout-shift', buffered: true});
"""

EVERYTHING = [
    *("Before / After", "Hold: before", "Side by side", "100 %", "Full screen"),
    *("Download", "Share", "Mend", "Crop", "More"),
    *("calm", "natural", "vivid", "vividness", "Restore tones", "tones", "Keep it", "Details"),
]


@pytest.fixture(scope="module")
def owner(
    browser: Browser, stack: Stack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserContext]:
    """The browser of somebody who has a photo of 3000 pixels in color; its page is open."""
    context = pages.screen(browser, stack)
    pages.colored(context.new_page(), pages.photo_in(tmp_path_factory.mktemp("photo"), width=3000))
    yield context
    context.close()


@pytest.fixture
def result(owner: BrowserContext) -> Iterator[Page]:
    """The photo's page in a tab of its own, in color and still."""
    page = owner.new_page()
    page.goto(owner.pages[0].url)
    pages.wait_until_still(page)
    yield page
    page.close()


def cut(page: Page) -> str:
    """How the colored picture is cut off by the line."""
    return str(
        page.locator("figure.after").evaluate("element => getComputedStyle(element).clipPath")
    )


def test_slider_compares_by_keyboard(result: Page) -> None:
    slider = result.get_by_role("slider", name="Before / After")
    expect(slider).to_have_attribute("aria-valuetext", "75% in color")
    slider.focus()
    result.keyboard.press("Home")
    assert cut(result) == "inset(0px 0px 0px 0%)"
    expect(slider).to_have_attribute("aria-valuetext", "100% in color")
    result.keyboard.press("End")
    assert cut(result) == "inset(0px 0px 0px 100%)"
    expect(slider).to_have_attribute("aria-valuetext", "0% in color")


def test_slider_compares_by_mouse_where_the_mouse_is(result: Page) -> None:
    box = result.locator(".frame").bounding_box()
    assert box
    result.mouse.click(box["x"] + box["width"] * 0.6, box["y"] + box["height"] / 2)
    shown = float(cut(result).removeprefix("inset(0px 0px 0px ").removesuffix("%)"))
    assert shown == pytest.approx(60, abs=0.2)


def test_at_100_percent_the_full_size_scrolls_by_keyboard_under_the_line(result: Page) -> None:
    zoom = result.get_by_role("button", name="100 %")
    zoom.click()
    expect(zoom).to_have_attribute("aria-pressed", "true")
    for figure in ("before", "after"):
        result.wait_for_function(
            "figure => document.querySelector(`.${figure} img`).naturalWidth === 3000", arg=figure
        )
    picture = result.locator("figure.after img").bounding_box()
    assert picture
    assert (picture["width"], picture["height"]) == (3000, 2250)

    before = cut(result)
    result.keyboard.press("ArrowRight")
    result.wait_for_function(
        "before => getComputedStyle(document.querySelector('figure.after')).clipPath !== before",
        arg=before,
    )
    result.wait_for_function(
        """() => {
            const left = selector => document.querySelector(selector).getBoundingClientRect().left;
            const stage = getComputedStyle(document.querySelector('photo-stage'));
            const edge = left('.canvas') + parseFloat(stage.getPropertyValue('--cut'));
            return Math.abs(left('.divider') + 1 - edge) < 1;
        }"""
    )

    zoom.click()
    expect(result.locator(".room")).to_be_hidden()
    assert cut(result) == "inset(0px 0px 0px 25%)"


def test_everything_on_the_result_page_is_reached_by_keyboard(result: Page) -> None:
    expect(result.locator("photo-colors[data-live]")).to_be_attached()
    result.locator("#content").focus()
    reached = []
    for _ in range(len(EVERYTHING)):
        result.keyboard.press("Tab")
        reached.append(
            result.evaluate(
                "(element => element.ariaLabel || element.textContent.trim() || element.id)"
                "(document.activeElement)"
            )
        )
    assert reached == EVERYTHING


def test_zoom_is_offered_only_where_there_is_more_to_see(page: Page, tmp_path: Path) -> None:
    pages.colored(page, pages.photo_in(tmp_path, width=320))
    expect(page.get_by_role("button", name="100 %")).to_be_hidden()


def test_nothing_jumps_while_a_photo_gets_its_colors(
    browser: Browser, stack: Stack, tmp_path: Path
) -> None:
    for width in (pages.DESKTOP, pages.PHONE):
        context = pages.screen(browser, stack, width)
        context.add_init_script(COUNT_SHIFTS)
        page = context.new_page()
        with stack.stopped("gpu"):
            pages.choose(page, pages.photo_in(tmp_path, width=1600))
            page.wait_for_url("**/jobs/*/")
            frame = page.locator(".frame").bounding_box()
        pages.wait_until_still(page)
        assert page.locator(".frame").bounding_box() == frame
        assert page.evaluate("shift") < 0.02
        context.close()


def test_colors_come_at_once_for_those_who_want_it_still(
    browser: Browser, stack: Stack, tmp_path: Path
) -> None:
    context = pages.screen(browser, stack, reduced_motion="reduce")
    page = context.new_page()
    pages.colored(page, pages.photo_in(tmp_path))
    assert cut(page) == "inset(0px 0px 0px 25%)"
    animations = page.evaluate("document.getAnimations().length")
    assert animations == 0
    context.close()


def test_a_toned_print_is_seen_as_it_came_side_by_side(page: Page, tmp_path: Path) -> None:
    toned = pictures.scene(640, 480)[..., None] * np.array([1.0, 0.85, 0.6])
    path = tmp_path / "sepia.png"
    path.write_bytes(pictures.saved(Image.fromarray(np.uint8(toned)), "PNG"))
    pages.colored(page, path)
    original = page.get_by_role("img", name="sepia.png, the original")
    expect(original).to_be_hidden()  # the gray one lies under the line
    page.get_by_role("button", name="Side by side").click()
    expect(original).to_be_visible()
    expect(page.get_by_text("Original", exact=True)).to_be_visible()
    came = page.request.get(str(original.get_attribute("src"))).body()
    picture = np.asarray(pictures.opened(came).convert("RGB"), float).reshape(-1, 3)
    assert picture.mean(0) == pytest.approx(toned.reshape(-1, 3).mean(0), abs=2)
    gray = page.request.get(str(page.locator(".before img").get_attribute("src"))).body()
    assert pictures.chroma(gray) < 1


def test_content_security_policy_stops_nothing_of_ours(page: Page, tmp_path: Path) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    pages.colored(page, pages.photo_in(tmp_path))
    page.goto("/gallery/")
    assert complaints == []


def test_deleted_photo_is_gone_with_its_page(page: Page, tmp_path: Path) -> None:
    pages.colored(page, pages.photo_in(tmp_path))
    address = page.url
    pages.open_more(page, "Delete…")
    page.get_by_role("button", name="Delete", exact=True).click()
    page.wait_for_url("**/")
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 404
