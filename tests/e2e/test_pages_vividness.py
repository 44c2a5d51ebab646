"""The result page's colors: what is seen is what is downloaded, with or without a mouse."""

from __future__ import annotations

import base64
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from colorweb.testing import pictures
from tests.e2e.pages import colored, open_more, photo_in

DISTANCE = """() => {
  const at = (which) => document.querySelector(which).getBoundingClientRect();
  return [at(".after img").x - at(".before img").x, at(".frame").width / 2];
}"""
"""The distance of the two pictures, and half of the frame's width."""


@pytest.fixture
def smooth(tmp_path: Path) -> Path:
    """A photo without grain, in which no JPEG's noise hides what colors do."""
    y, x = np.mgrid[0:1:480j, 0:1:640j]
    gray = 40 + 150 * y + 30 * np.sin(7 * x) * np.cos(4 * y)
    path = tmp_path / "smooth.png"
    Image.fromarray(gray.astype(np.uint8)).save(path)
    return path


def test_the_page_shows_what_the_download_holds(page: Page, smooth: Path) -> None:
    colored(page, smooth)
    expect(page.locator("photo-colors[data-live]")).to_be_attached()
    for vividness in ("0.35", "1.6"):
        page.get_by_role("slider", name="Vividness").fill(vividness)
        expect(page.locator("photo-stage[data-blended]")).to_be_attached()
        page.evaluate("new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))")
        shown = pixels_of(page, ".after canvas")
        open_more(page, "Other formats…")
        page.get_by_label("Format").select_option("PNG")
        with page.expect_download() as started:
            page.locator("#download").get_by_role("button", name="Download").click()
        file = started.value
        assert file.suggested_filename == "smooth-color.png"
        kept = np.asarray(pictures.opened(Path(file.path()).read_bytes())).astype(int)
        assert shown.shape == kept.shape
        # What the page paints on is a JPEG, so a pixel here and there is one more level off;
        # tests/frontend compares the colors alone.
        assert np.mean(np.abs(shown - kept) > 2) < 0.01, vividness
        assert np.ptp(kept, axis=2).max() > 3, "there are colors"


def test_looking_choosing_and_going_on_by_keyboard_alone(page: Page, tmp_path: Path) -> None:
    photo = photo_in(tmp_path, width=1600)
    colored(page, photo)
    first = page.url
    colored(page, photo)
    expect(page.locator("photo-colors[data-live]")).to_be_attached()
    stage = page.locator("photo-stage")

    page.get_by_role("button", name="Hold: before").focus()
    page.keyboard.down("Space")
    expect(stage).to_have_attribute("data-held", "")
    expect(page.locator(".after img")).to_be_hidden()
    page.keyboard.up("Space")
    expect(page.locator(".after img")).to_be_visible()

    page.get_by_role("button", name="Side by side").press("Enter")
    before, after = (page.locator(f".{which} img").bounding_box() for which in ("before", "after"))
    assert before
    assert after
    assert before["x"] + before["width"] <= after["x"]
    page.get_by_role("button", name="100 %").press("Enter")
    page.keyboard.press("ArrowRight")  # the view has the focus and scrolls both
    distance, half = page.evaluate(DISTANCE)  # at one moment: scrolling takes a while
    assert distance == pytest.approx(half, abs=1)

    page.get_by_role("button", name="vivid").press("Enter")
    slider = page.get_by_role("slider", name="Vividness")
    expect(slider).to_have_attribute("aria-valuetext", "vividness 200%")
    expect(page.get_by_role("button", name="vivid")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("link", name="Older photo").press("Enter")
    page.wait_for_url(first)
    expect(page.get_by_role("link", name="Newer photo")).to_be_visible()


def pixels_of(page: Page, canvas: str) -> np.ndarray:
    """What a canvas shows, height x width x 3."""
    address = page.locator(canvas).evaluate("canvas => canvas.toDataURL('image/png')")
    picture = pictures.opened(base64.b64decode(address.partition(",")[2]))
    return np.asarray(picture.convert("RGB")).astype(int)
