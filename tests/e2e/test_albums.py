"""From a folder to the family: an album by touch, a link for grandmother, a guest who stays."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from colorweb.testing import pictures
from colorweb.testing.stack import Stack
from tests.e2e import pages
from tests.e2e.accessibility import check_light_and_dark


@pytest.mark.long
def test_a_folder_becomes_an_album_that_grandmother_looks_through(
    browser: Browser, stack: Stack, tmp_path: Path
) -> None:
    folder = tmp_path / "Riga 1931"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.jpg").write_bytes(pictures.encoded(width=300 + number))
    anna = pages.screen(browser, stack, pages.PHONE, reduced_motion="reduce").new_page()
    anna.goto("/")
    anna.set_input_files("#folder", folder)
    expect(anna.locator(".tray-words")).to_have_text("3 in color", timeout=pages.COLORED)
    check_light_and_dark(anna, pages.PHONE)
    anna.locator(".tray-album").tap()
    expect(anna.get_by_role("heading", name="Riga 1931")).to_be_visible()
    expect(anna.locator("main .card-name")).to_have_text(["0.jpg", "1.jpg", "2.jpg"])
    check_light_and_dark(anna, pages.PHONE)
    anna.locator("photo-tray").get_by_role("button", name="Close").tap()
    anna.get_by_role("link", name="Titles…").tap()
    check_light_and_dark(anna, pages.PHONE)
    anna.get_by_label("Title").first.fill("The harbor")
    anna.get_by_role("button", name="Save all").tap()
    anna.get_by_role("link", name="Share…").tap()
    anna.get_by_label("From").fill("Anna")
    anna.get_by_label("Message").fill("Look, grandmother!")
    anna.get_by_role("button", name="Make a link").tap()
    address = anna.get_by_role("textbox", name="Link 1").input_value()
    check_light_and_dark(anna, pages.PHONE)

    grandmother = pages.screen(browser, stack, pages.PHONE, reduced_motion="reduce").new_page()
    grandmother.goto(address)
    expect(grandmother.get_by_text("From Anna")).to_be_visible()
    expect(grandmother.get_by_text("Look, grandmother!")).to_be_visible()
    expect(grandmother.locator(".print")).to_have_count(3)
    check_light_and_dark(grandmother, pages.PHONE)
    grandmother.get_by_role("link", name="Slideshow").tap()
    expect(grandmother.get_by_text("The harbor")).to_be_in_viewport()
    grandmother.get_by_role("button", name="Next").tap()
    expect(grandmother.locator(".reel-count")).to_have_text("2 / 3")
    check_light_and_dark(grandmother, pages.PHONE)
    anna.get_by_role("button", name="Revoke link 1").tap()
    expect(anna.get_by_role("textbox", name="Link 1")).to_have_count(0)
    grandmother.goto(address)
    expect(grandmother.get_by_role("heading", name="This link has ended")).to_be_visible()
    anna.context.close()
    grandmother.context.close()


def test_a_guest_keeps_a_photo_by_signing_up_and_comes_back_to_it(
    browser: Browser, stack: Stack, tmp_path: Path
) -> None:
    page = pages.screen(browser, stack, pages.PHONE).new_page()
    pages.colored(page, pages.photo_in(tmp_path))
    address = page.url
    kept = page.locator("main .kept")
    expect(kept).to_contain_text(re.compile(r"Kept until .*\d"))
    kept.get_by_role("link", name="Keep it").tap()
    page.get_by_label("Email").fill("ida-keeps@example.org")
    page.get_by_label("Password").fill("plum jam and harvest")
    page.get_by_role("button", name="Sign up").tap()
    page.wait_for_url(address)
    expect(pages.state(page)).to_have_text("In color")
    expect(page.locator("main .kept")).to_have_count(0)
    page.context.close()


def test_photos_of_an_album_are_put_in_order_by_dragging(
    page: Page, stack: Stack, tmp_path: Path
) -> None:
    photos = [tmp_path / f"{name}.jpg" for name in "abc"]
    for number, photo in enumerate(photos):
        photo.write_bytes(pictures.encoded(width=310 + number))
    pages.choose(page, *photos)
    expect(page.locator(".tray-words")).to_have_text("3 in color", timeout=pages.COLORED)
    page.locator(".tray-album").click()
    names = page.locator("main .card-name")
    cards = page.locator("main .card")
    expect(cards).to_have_count(3)
    page.locator("photo-tray").get_by_role("button", name="Close").click()
    first, second, third = names.all_inner_texts()
    with page.expect_response("**/place/"):
        cards.last.drag_to(cards.first, target_position={"x": 5, "y": 40})
    expect(names).to_have_text([third, first, second])
    page.reload()
    expect(names).to_have_text([third, first, second])
