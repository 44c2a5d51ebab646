"""A blot on a wall is mended by one point: seen at once, kept, and in every place that shows it."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

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
  const canvas = document.querySelector(".after canvas:not(.fading)");
  const at = canvas?.getContext("2d").getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data;
  return at && at[2] > at[0] + 40;
}"""


def is_blue(content: bytes) -> bool:
    picture = np.asarray(pictures.opened(content).convert("RGB")).astype(int)
    red, _green, blue = picture[picture.shape[0] // 2, picture.shape[1] // 2]
    return bool(blue > red + 40)


def cookie(page: Page, name: str) -> str:
    return next(one["value"] for one in page.context.cookies() if one["name"] == name)
