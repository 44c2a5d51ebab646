"""A photo's page is a viewer: the picture fills the window, its tools are one bar, all at hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from colorweb.testing.stack import Stack
from tests.e2e import pages
from tests.e2e.accessibility import check_light_and_dark

SIZES = {"desktop": (1280, 850), "phone": (390, 844)}
TOOLS = ("Download", "Share", "Mend", "Crop", "More")
MAX_BYTES = 250 * 1024  # of a page besides its pictures
REVEAL = 1.2  # seconds

DURATIONS = """() => {
  const stage = document.querySelector("photo-stage");
  const after = stage.querySelector(".after");
  const seconds = (name) => Math.max(...getComputedStyle(after)[name].split(",").map(parseFloat));
  stage.toggleAttribute("data-arriving", true);
  const spread = seconds("animationDuration");
  stage.toggleAttribute("data-arriving", false);
  stage.toggleAttribute("data-settling", true);
  const line = seconds("transitionDuration");
  stage.toggleAttribute("data-settling", false);
  return spread + line;
}"""
BYTES = """() => [...performance.getEntriesByType("navigation"),
               ...performance.getEntriesByType("resource")]
  .filter((entry) => !["img", "css"].includes(entry.initiatorType))
  .filter((entry) => !entry.name.includes("/files/"))
  .reduce((sum, entry) => sum + entry.encodedBodySize, 0)"""


@pytest.fixture(scope="module")
def owner(
    browser: Browser, stack: Stack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserContext]:
    """The browser of somebody who has a small photo and, newer, one of 1600 pixels, open."""
    folder = tmp_path_factory.mktemp("photos")
    context = pages.screen(browser, stack)
    page = context.new_page()
    pages.colored(page, pages.photo_in(folder, "small.jpg", width=320))
    pages.colored(page, pages.photo_in(folder, "large.jpg", width=1600))
    yield context
    context.close()


@pytest.fixture
def viewer(owner: BrowserContext) -> Iterator[Page]:
    """The newer photo's page in a tab of its own, its looks ready."""
    page = owner.new_page()
    page.goto(owner.pages[0].url)
    expect(page.locator("photo-colors[data-live]")).to_be_attached()
    yield page
    page.close()


@pytest.fixture
def phone(browser: Browser, stack: Stack, owner: BrowserContext) -> Iterator[Page]:
    """The same page on a phone."""
    state = owner.storage_state()
    with pages.screen(browser, stack, pages.PHONE, storage_state=state) as context:
        page = context.new_page()
        page.goto(owner.pages[0].url)
        expect(page.locator("photo-colors[data-live]")).to_be_attached()
        yield page


def width_of(picture: Locator) -> float:
    box = picture.bounding_box()
    assert box
    return box["width"]


@pytest.mark.parametrize("screen", SIZES)
def test_picture_looks_and_tools_are_all_above_the_fold(
    request: pytest.FixtureRequest, screen: str
) -> None:
    page = request.getfixturevalue("viewer" if screen == "desktop" else "phone")
    width, height = SIZES[screen]
    page.set_viewport_size({"width": width, "height": height})
    controls = [page.locator(".tools").get_by_text(name) for name in TOOLS]
    for part in (
        page.locator(".frame"),
        *page.locator(".variant, .look [type=range]").all(),
        *controls,
    ):
        box = part.bounding_box()
        assert box
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= height
    assert width_of(page.locator(".frame")) > 0.6 * width


def test_a_small_photo_is_enlarged_and_its_size_is_said(viewer: Page) -> None:
    viewer.keyboard.press("ArrowRight")  # the next photo
    viewer.wait_for_url(lambda url: url != "")
    expect(viewer.get_by_role("heading", name="small.jpg")).to_be_visible()
    expect(viewer.get_by_text("320 × 240 pixels, enlarged")).to_be_visible()
    assert width_of(viewer.locator(".after img")) > 600
    viewer.keyboard.press("ArrowLeft")
    expect(viewer.get_by_role("heading", name="large.jpg")).to_be_visible()
    expect(viewer.get_by_text("pixels, enlarged")).to_be_hidden()


def test_wheel_and_double_click_magnify_where_they_point_and_escape_ends_it(viewer: Page) -> None:
    picture = viewer.locator(".after img")
    whole = picture.bounding_box()
    assert whole
    x, y = whole["x"] + whole["width"] * 0.75, whole["y"] + whole["height"] * 0.25
    viewer.mouse.move(x, y)
    viewer.mouse.wheel(0, -300)
    expect(viewer.locator("photo-stage[data-zoomed]")).to_be_attached()
    large = picture.bounding_box()
    assert large
    assert large["width"] > 1.5 * whole["width"]
    assert (x - large["x"]) / large["width"] == pytest.approx(0.75, abs=0.01)
    assert (y - large["y"]) / large["height"] == pytest.approx(0.25, abs=0.01)
    viewer.mouse.wheel(0, 600)
    expect(viewer.locator("photo-stage[data-zoomed]")).to_have_count(0)
    viewer.mouse.dblclick(x, y)
    assert width_of(picture) == pytest.approx(2 * whole["width"], abs=1)
    split = viewer.get_by_role("slider", name="Before / After")
    assert split.input_value() == "25"  # a double click does not move the line
    viewer.locator(".view").press("Escape")
    assert width_of(picture) == pytest.approx(whole["width"], abs=1)


def test_on_a_phone_two_fingers_magnify_and_a_vertical_swipe_scrolls(phone: Page) -> None:
    box = phone.locator(".frame").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    cdp = phone.context.new_cdp_session(phone)

    def touch(*moments: list[tuple[float, float]]) -> None:
        """Fingers at these places, one moment after another."""
        for number, places in enumerate(moments):
            fingers = [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(places)]
            kind = "touchMove" if number else "touchStart"
            cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})
        cdp.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    touch(*([(x - apart, y), (x + apart, y)] for apart in (40, 60, 90, 120)))
    expect(phone.locator("photo-stage[data-zoomed]")).to_be_attached()
    assert width_of(phone.locator(".after img")) > 2 * box["width"]
    assert phone.evaluate("visualViewport.scale") == 1  # the page itself is as it was
    phone.locator(".view").press("Escape")
    expect(phone.locator("photo-stage[data-zoomed]")).to_have_count(0)
    touch(*([(x, y - 25 * step)] for step in range(11)))
    phone.wait_for_function("() => scrollY > 100")


def test_a_right_click_meets_the_full_size_picture(viewer: Page) -> None:
    picture = viewer.locator(".after img")
    assert "preview" in (picture.get_attribute("src") or "")
    box = picture.bounding_box()
    assert box
    viewer.mouse.click(box["x"] + box["width"] * 0.8, box["y"] + 50, button="right")
    expect(picture).to_have_attribute(
        "src", viewer.locator("photo-stage").get_attribute("data-full") or ""
    )


@pytest.mark.parametrize("screen", SIZES)
def test_panels_keep_the_focus_and_give_it_back(
    request: pytest.FixtureRequest, screen: str
) -> None:
    page = request.getfixturevalue("viewer" if screen == "desktop" else "phone")
    for path in (
        ["Share"],
        ["More"],
        ["More", "Other formats…"],
        ["More", "Title…"],
        ["More", "Print…"],
        ["More", "Color again…"],
        ["More", "Delete…"],
    ):
        for name in path:
            page.get_by_role("button", name=name).press("Enter")
        dialog = page.get_by_role("dialog")
        expect(dialog).to_have_count(1)
        check_light_and_dark(page, SIZES[screen][0])
        for _ in range(12):
            page.keyboard.press("Tab")
            where = page.evaluate("document.activeElement.closest('dialog, body').tagName")
            assert where in ("DIALOG", "BODY")  # the browser's own bar comes between
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        expect(page.get_by_role("button", name=path[0])).to_be_focused()


@pytest.mark.parametrize("screen", SIZES)
@pytest.mark.parametrize("tool", ["Mend", "Crop"])
def test_a_tool_takes_the_place_of_the_looks_and_leaves_the_picture(
    request: pytest.FixtureRequest, screen: str, tool: str
) -> None:
    page = request.getfixturevalue("viewer" if screen == "desktop" else "phone")
    page.set_viewport_size(dict(zip(("width", "height"), SIZES[screen], strict=True)))
    page.get_by_role("button", name=tool).click()
    panel = page.locator(".tool-panel:visible")
    expect(panel).to_have_count(1)
    expect(page.locator("photo-colors")).to_be_hidden()
    check_light_and_dark(page, SIZES[screen][0])
    frame, box = page.locator(".frame").bounding_box(), panel.bounding_box()
    assert frame
    assert box
    assert frame["y"] >= 0
    beside = box["x"] >= frame["x"] + frame["width"] or box["y"] >= frame["y"] + frame["height"]
    assert beside
    if tool == "Mend":
        page.locator(".mend-layer").click(position={"x": 90, "y": 60})
        palette = page.get_by_role("dialog").bounding_box()
        assert palette
        point = frame["x"] + 90, frame["y"] + 60
        inside = (
            palette["x"] <= point[0] <= palette["x"] + palette["width"]
            and palette["y"] <= point[1] <= palette["y"] + palette["height"]
        )
        assert not inside
        check_light_and_dark(page, SIZES[screen][0])
        page.keyboard.press("Escape")
    panel.get_by_role("button", name="Stop mending" if tool == "Mend" else "Not now").click()
    expect(page.get_by_role("button", name=tool)).to_be_focused()
    expect(page.locator("photo-colors")).to_be_visible()


def test_the_reveal_is_short_and_the_colors_can_be_used_before_it(
    page: Page, stack: Stack, tmp_path: Path
) -> None:
    with stack.stopped("gpu"):
        pages.choose(page, pages.photo_in(tmp_path))
        page.wait_for_url("**/jobs/*/")
        page.evaluate(
            """() => new MutationObserver((_, observer) => {
                if (!document.querySelector("photo-stage[data-arriving]")) return;
                observer.disconnect();
                window.usable = document.querySelector("photo-colors[data-live]") !== null;
            }).observe(document.body, {attributes: true, childList: true, subtree: true})"""
        )
    pages.wait_until_still(page)
    assert page.evaluate("window.usable") is True
    assert page.evaluate(DURATIONS) <= REVEAL


def test_everything_a_page_needs_besides_pictures_is_small(viewer: Page) -> None:
    assert 20_000 < viewer.evaluate(BYTES) < MAX_BYTES


def test_without_a_script_it_is_looked_at_kept_downloaded_and_turned(
    browser: Browser, stack: Stack, owner: BrowserContext
) -> None:
    state = owner.storage_state()
    with pages.screen(browser, stack, java_script_enabled=False, storage_state=state) as context:
        page = context.new_page()
        page.goto(owner.pages[0].url)
        expect(page.locator(".before img:visible")).to_be_visible()
        expect(page.locator(".after img")).to_be_visible()
        page.get_by_label("Vividness").fill("0.5")
        page.get_by_role("button", name="Keep this look").click()
        expect(page.get_by_label("Vividness")).to_have_value("0.5")
        expect(page.get_by_role("link", name="Download")).to_be_visible()
        pages.open_more(page, "Turn left")
        expect(page.locator(".after img")).to_be_visible(timeout=pages.COLORED)
        expect(page.locator(".strip li")).to_have_count(2)
        pages.open_more(page, "Turn right")  # back: the first version is there already
        expect(page.locator(".strip li")).to_have_count(2)
        page.get_by_role("button", name="Use", exact=True).click()
        expect(page.locator(".strip .in-use [aria-current]")).to_be_attached()


def test_strangers_see_no_technical_facts(viewer: Page, browser: Browser, stack: Stack) -> None:
    expect(viewer.get_by_text("Details")).to_be_visible()
    pages.publish(viewer, "For strangers")
    address = viewer.locator("#share a[href*=photos]").get_attribute("href")
    assert address
    for width in (pages.DESKTOP, pages.PHONE):
        with pages.screen(browser, stack, width) as context:
            page = context.new_page()
            page.goto(address)
            expect(page.get_by_role("link", name="Download")).to_be_visible()
            expect(page.get_by_text("Details")).to_have_count(0)
            check_light_and_dark(page, width)
            page.get_by_role("button", name="Formats").click()
            check_light_and_dark(page, width)
