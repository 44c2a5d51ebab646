"""A photo's way through a real browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from colorweb.testing import pictures
from colorweb.testing.drops import drop
from colorweb.testing.stack import Stack
from tests.e2e import pages

JOB_PAGE = re.compile(r"/jobs/[0-9a-f-]{36}/$")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "Grandmother 1931.jpg"
    path.write_bytes(pictures.jpeg(800, 600))
    return path


def expect_picture(page: Page, selector: str) -> None:
    """The picture is there and has been loaded."""
    expect(page.locator(selector).first).to_be_visible()
    page.wait_for_function(
        "selector => document.querySelector(selector)?.naturalWidth > 0", arg=selector
    )


def test_photo_is_colored_in_the_browser(page: Page, stack: Stack, photo: Path) -> None:
    page.goto("/")
    with stack.stopped("gpu"):
        drop(page, photo)
        page.wait_for_url(JOB_PAGE)
        expect(page.get_by_role("status")).to_have_text("Next in line")
        expect_picture(page, "figure.before img")
        # The websocket is cut here: the web server dies and another takes its place.
        stack.kill("web")
    expect(page.get_by_role("status")).to_have_text("In color", timeout=pages.COLORED)
    expect_picture(page, "figure.after img")

    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "Grandmother 1931-color.jpg"
    assert pictures.chroma(download.value.path().read_bytes()) > 0.5

    page.reload()
    expect(page.get_by_role("status")).to_have_text("In color")
    expect_picture(page, "figure.after img")


def test_many_photos_keep_their_cards_through_a_cut_connection(
    page: Page, stack: Stack, tmp_path: Path
) -> None:
    photos = [tmp_path / f"{number}.jpg" for number in range(3)]
    for path in photos:
        path.write_bytes(pictures.jpeg())
    broken = tmp_path / "letter.jpg"
    broken.write_text("Dear grandson, this is not a photo.")
    page.goto("/")
    cards = page.locator("photo-tray .card")
    with stack.stopped("gpu"):
        drop(page, *photos, broken)
        expect(cards).to_have_count(4)
        expect(page.locator(".card[data-status=queued]")).to_have_count(3)
        stack.kill("web")
    expect(page.locator(".card[data-status=succeeded]")).to_have_count(3, timeout=pages.COLORED)
    refused = cards.filter(has_text="letter.jpg")
    expect(refused).to_contain_text("not a photo")


def test_without_javascript(browser: Browser, stack: Stack, photo: Path) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=stack.base_url)
    page = context.new_page()
    page.goto("/")
    page.set_input_files("input[name=image]", photo)
    page.get_by_role("button", name="Color them").click()
    expect(page).to_have_url(JOB_PAGE)
    # The page asks again by itself until there is a result.
    expect(page.locator("figure.after img")).to_be_visible(timeout=pages.COLORED)
    expect(page.get_by_role("status")).to_have_text("In color")
    link = page.get_by_role("link", name="Download").get_attribute("href")
    assert link
    assert pictures.chroma(page.request.get(link).body()) > 0.5
    context.close()


def test_without_javascript_a_bad_photo_is_named(
    browser: Browser, stack: Stack, photo: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "letter.jpg"
    broken.write_text("Dear grandson, this is not a photo.")
    context = browser.new_context(java_script_enabled=False, base_url=stack.base_url)
    page = context.new_page()
    page.goto("/")
    page.set_input_files("input[name=image]", [photo, broken])
    page.get_by_role("button", name="Color them").click()
    expect(page.locator(".upload-errors li")).to_contain_text("letter.jpg")
    expect(page.locator("photo-list .card")).to_have_count(1)
    context.close()


def test_a_photo_reaches_the_gallery_only_when_its_owner_publishes_it(
    page: Page, browser: Browser, stack: Stack, photo: Path
) -> None:
    page.goto("/")
    drop(page, photo)
    page.wait_for_url(JOB_PAGE)
    expect(page.get_by_role("status")).to_have_text("In color", timeout=pages.COLORED)
    address = page.url

    stranger = browser.new_context(base_url=stack.base_url).new_page()
    answer = stranger.goto(address)
    assert answer is not None
    assert answer.status == 404

    pages.publish(page, "Grandmother in Riga")

    stranger.goto("/gallery/")
    expect(stranger.get_by_text("Grandmother in Riga").first).to_be_visible()
    answer = stranger.goto(address)
    assert answer is not None
    assert answer.status == 200
    expect(stranger.get_by_role("button", name="More")).to_have_count(0)
    stranger.context.close()
