"""A blot on a wall is mended by one point: seen at once, kept, and in every place that shows it."""

from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from colorweb.testing import pictures
from colorweb.testing.stack import Stack
from tests.e2e.pages import COLORED, colored, publish, screen, wait_until_still

BLUE = "#2848c8"
WIDTHS = {"mouse": 1280, "keyboard": 1280, "touch": 390}


@pytest.fixture
def wall(tmp_path: Path) -> Path:
    """A wall without grain, with a darker blot in its middle."""
    y, x = np.mgrid[0:1:480j, 0:1:640j]
    gray = 150 + 20 * y - 60 * (np.hypot(x - 0.5, y - 0.5) < 0.2)
    path = tmp_path / "wall.png"
    Image.fromarray(gray.astype(np.uint8)).save(path)
    return path


@pytest.mark.parametrize("way", list(WIDTHS))
def test_a_blot_is_mended_by_one_point(
    browser: Browser, stack: Stack, wall: Path, way: str
) -> None:
    with screen(browser, stack, WIDTHS[way]) as context:
        page = context.new_page()
        colored(page, wall)
        page.get_by_role("button", name="Mend").click()
        point_at_the_middle(page, way)
        page.get_by_label("Another color").fill(BLUE)
        expect(page.locator("photo-stage[data-blended]")).to_be_attached()
        page.wait_for_function(IS_BLUE, timeout=COLORED)
        page.get_by_role("button", name="Done").click()
        expect(page.get_by_role("button", name="Point 1")).to_be_focused()
        page.reload()  # before it is saved
        expect(page.get_by_role("button", name="Point 1: blue, in the middle")).to_be_attached()
        page.wait_for_function(IS_BLUE, timeout=COLORED)
        page.get_by_role("button", name="Save as a version").click()
        page.wait_for_url(lambda url: url != page.url or "jobs" in url)
        wait_until_still(page)
        expect(page.locator(".strip .in-use")).to_contain_text("mended")
        publish(page, "A wall")
        assert_blue_everywhere(page, stack)


@pytest.fixture
def mending(page: Page, wall: Path) -> Page:
    """The page of a wall with one blue point in its middle, not saved yet."""
    colored(page, wall)
    page.get_by_role("button", name="Mend").click()
    point_at_the_middle(page, "mouse")
    page.get_by_label("Another color").fill(BLUE)
    page.wait_for_function(IS_BLUE, timeout=COLORED)
    page.get_by_role("button", name="Done").click()
    expect(marks(page).first).to_be_focused()
    return page


def test_points_are_changed_moved_and_removed_and_each_step_is_undone_also_after_a_reload(
    mending: Page,
) -> None:
    page, middle = mending, "Point 1: blue, in the middle"
    at(page, 0.1, 0.5)
    page.get_by_role("button", name="Take it from the photo").click()
    page.keyboard.press("Escape")  # back to the colors, none taken
    page.get_by_role("button", name="Take it from the photo").click()
    marks(page).first.click()  # its own color lies under the mark
    expect(marks(page).nth(1)).to_have_accessible_name("Point 2: blue, at the left")
    marks(page).nth(1).drag_to(page.locator(".mend-layer"), target_position={"x": 90, "y": 20})
    marks(page).nth(1).press("Enter")
    page.get_by_role("button", name="No color").click()
    page.keyboard.press("Escape")
    expect(marks(page).nth(1)).to_have_accessible_name("Point 2: gray, at the left")
    expect(marks(page).nth(1)).to_be_focused()
    page.keyboard.press("Delete")
    expect(marks(page)).to_have_count(1)
    expect(page.get_by_role("button", name=middle)).to_be_focused()
    page.keyboard.press("Control+z")
    expect(page.get_by_role("list", name="Points").get_by_role("listitem")).to_have_count(2)
    page.reload()
    expect(marks(page).nth(1)).to_have_accessible_name("Point 2: gray, at the left")
    for _ in range(3):
        page.get_by_role("button", name="Undo").click()
    expect(marks(page)).to_have_count(1)
    for _ in range(4):
        page.get_by_role("button", name="Redo").click()
    expect(marks(page)).to_have_count(1)
    expect(page.get_by_role("button", name="Redo")).to_be_disabled()


def test_by_touch_a_point_is_dragged_and_removed(
    browser: Browser, stack: Stack, wall: Path
) -> None:
    with screen(browser, stack, WIDTHS["touch"]) as context:
        page = context.new_page()
        colored(page, wall)
        page.get_by_role("button", name="Mend").tap()
        point_at_the_middle(page, "touch")
        page.get_by_role("button", name="No color").tap()
        page.get_by_role("button", name="Done").tap()
        point = marks(page).first
        expect(point).to_have_accessible_name("Point 1: gray, in the middle")
        box = point.bounding_box()
        assert box
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        cdp = context.new_cdp_session(page)
        began = time.time()
        for half_second, moved in enumerate((0, 20, 80, 140, 140)):  # a slow finger, no fling
            kind = "touchMove" if moved else "touchStart"
            finger = {"x": x - moved, "y": y}
            touch = {"type": kind, "touchPoints": [finger], "timestamp": began + half_second / 2}
            cdp.send("Input.dispatchTouchEvent", touch)
        touch = {"type": "touchEnd", "touchPoints": [], "timestamp": began + 3}
        cdp.send("Input.dispatchTouchEvent", touch)
        expect(point).to_have_accessible_name("Point 1: gray, at the left")
        point.tap()
        page.get_by_role("button", name="Remove the point").tap()
        expect(point).to_have_count(0)


@pytest.mark.parametrize("look", ["natural", "vivid"])
def test_a_held_button_shows_the_look_that_is_set_without_mending(
    page: Page, wall: Path, look: str
) -> None:
    colored(page, wall)
    expect(page.locator("photo-colors[data-live]")).to_be_attached()
    page.get_by_role("button", name=look).click()
    page.get_by_role("button", name="Mend").click()
    point_at_the_middle(page, "mouse")
    page.get_by_label("Another color").fill(BLUE)
    page.wait_for_function(IS_BLUE, timeout=COLORED)
    page.get_by_role("button", name="Done").click()
    expect(marks(page).first).to_be_focused()
    page.get_by_role("button", name="Hold: before mending").focus()
    page.keyboard.down("Space")
    assert not page.evaluate(IS_BLUE)
    if look == "vivid":  # not the picture that the page came with
        expect(page.locator("photo-stage[data-blended]")).to_have_count(1)
    page.keyboard.up("Space")
    assert page.evaluate(IS_BLUE)


def test_points_set_without_a_connection_are_kept_and_answered_after_it(mending: Page) -> None:
    state = mending.locator(".mend-state")
    mending.context.set_offline(True)
    mending.get_by_role("button", name="Point 1").press("Delete")
    at(mending, 0.5, 0.5)
    mending.get_by_label("Another color").fill("#c82828")
    mending.get_by_role("button", name="Done").click()
    expect(state).to_have_text("There is no connection. Your points are kept; we try again.")
    mending.get_by_role("button", name="Save as a version").click()
    expect(state).to_have_text("There is no connection. Your points are kept; we try again.")
    mending.context.set_offline(False)
    mending.wait_for_function(IS_RED, timeout=COLORED)
    expect(state).to_have_text("")
    expect(mending.get_by_role("button", name="Point 1: red, in the middle")).to_be_visible()


def test_versions_are_compared_used_and_removed(mending: Page) -> None:
    first = mending.url
    mending.get_by_role("button", name="Save as a version").click()
    mending.wait_for_url(lambda url: url != first)
    wait_until_still(mending)
    strip = mending.locator(".strip li")
    expect(strip).to_have_count(2)
    expect(strip.nth(0)).to_contain_text("mended")
    expect(strip.nth(1)).not_to_contain_text("mended")
    mending.get_by_role("link", name="Compare 2 versions").click()
    slider = mending.get_by_role("slider", name="Left / right")
    slider.focus()
    mending.keyboard.press("End")
    expect(slider).to_have_attribute("aria-valuetext", "0% of the right one")
    blue = [is_blue(mending.request.get(src).body()) for src in compared(mending)]
    assert sorted(blue) == [False, True]
    mending.goto(first)
    mending.get_by_role("button", name="Use", exact=True).click()
    expect(strip.nth(1)).to_have_class("in-use")
    mending.get_by_role("button", name="Remove").click()
    expect(strip).to_have_count(0)
    assert mending.url == first
    mending.get_by_role("button", name="More").click()  # nothing changed: no copy of it
    mending.get_by_role("button", name="Color again…").click()
    mending.get_by_role("dialog").get_by_role("button", name="Color", exact=True).click()
    wait_until_still(mending)
    assert mending.url == first
    expect(strip).to_have_count(0)


def marks(page: Page) -> Locator:
    """The points that lie over the picture."""
    return page.locator(".mend-mark")


def at(page: Page, x: float, y: float) -> None:
    """Point at a place, 0..1 of the picture's sides."""
    box = page.locator(".mend-layer").bounding_box()
    assert box
    place = {"x": x * box["width"], "y": y * box["height"]}
    page.locator(".mend-layer").click(position=place)  # type: ignore[arg-type]
    expect(page.get_by_role("dialog")).to_be_visible()


def compared(page: Page) -> list[str]:
    """The addresses of both pictures under the slider."""
    pictures = page.locator(".canvas figure img").all()
    return [str(picture.get_attribute("src")) for picture in pictures]


def point_at_the_middle(page: Page, way: str) -> None:
    layer = page.locator(".mend-layer")
    if way == "keyboard":
        expect(page.get_by_role("button", name="Cross")).to_be_focused()
        for key in ("ArrowRight", "ArrowLeft", "Enter"):
            page.keyboard.press(key)
    elif way == "touch":
        layer.tap()
    else:
        layer.click()
    expect(page.get_by_role("dialog")).to_be_visible()


def assert_blue_everywhere(page: Page, stack: Stack) -> None:
    """In the page's picture, the download, the gallery, by a link and in a zip."""
    get = page.request.get
    result = page.get_by_role("link", name="Download").get_attribute("href")
    card = page.locator(".strip .in-use img").get_attribute("src")
    photo = page.locator("photo-mend").get_attribute("data-photo")
    assert result
    assert card
    assert photo
    assert is_blue(get(result).body())
    assert is_blue(get(card).body())
    page.goto("/gallery/")
    shown = page.locator(".print img.color").first.get_attribute("src")
    assert shown
    assert is_blue(get(shown).body())
    token = {"X-CSRFToken": cookie(page, "csrftoken")}
    link = page.request.post(f"{photo}links/", headers=token, data={}).json()["url"]
    with screen(page.context.browser, stack) as others:  # type: ignore[arg-type]
        assert is_blue(others.request.get(urlsplit(link).path + "picture").body())
    ids = {"photos": [page.request.get(photo).json()["id"]]}
    archive = page.request.post("/api/v1/archives/", headers=token, data=ids).json()
    page.goto(archive["urls"]["page"])
    file = page.get_by_role("link", name="Download")
    expect(file).to_be_visible(timeout=COLORED)
    href = file.get_attribute("href")
    assert href
    with zipfile.ZipFile(io.BytesIO(get(href).body())) as found:
        (name,) = found.namelist()
        assert is_blue(found.read(name))


IS_BLUE = """() => {
  const stage = document.querySelector("photo-stage");
  const which = stage.hasAttribute("data-blended") ? "canvas:not(.fading)" : "img";
  const shown = stage.querySelector(`.after ${which}`);
  const [width, height] = [shown.naturalWidth ?? shown.width, shown.naturalHeight ?? shown.height];
  const middle = new OffscreenCanvas(1, 1).getContext("2d");
  middle.drawImage(shown, -width / 2, -height / 2);
  const at = middle.getImageData(0, 0, 1, 1).data;
  return at[2] > at[0] + 40;
}"""
IS_RED = IS_BLUE.replace("at[2] > at[0]", "at[0] > at[2]")


def is_blue(content: bytes) -> bool:
    picture = np.asarray(pictures.opened(content).convert("RGB")).astype(int)
    red, _green, blue = picture[picture.shape[0] // 2, picture.shape[1] // 2]
    return bool(blue > red + 40)


def cookie(page: Page, name: str) -> str:
    return next(one["value"] for one in page.context.cookies() if one["name"] == name)
