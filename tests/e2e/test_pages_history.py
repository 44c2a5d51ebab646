"""The history in a browser: live, many at a time, with and without a script."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

from playwright.sync_api import Browser, Page, expect

from colorweb.testing.stack import Stack
from tests.e2e import pages
from tests.e2e.accessibility import check
from tests.e2e.accounts import sign_up


def three_photos(page: Page, folder: Path) -> None:
    """Three photos in color, and the page that lists them."""
    photos = [pages.photo_in(folder, f"{name}.jpg") for name in ("a", "b", "c")]
    pages.choose(page, *photos)
    expect(page.locator(".card[data-status=succeeded]")).to_have_count(3, timeout=pages.COLORED)
    page.locator("photo-tray").get_by_role("button", name="Close").click()
    page.goto("/history/")


def test_many_are_chosen_with_shift_and_colored_again_before_ones_eyes(
    page: Page, stack: Stack, tmp_path: Path
) -> None:
    three_photos(page, tmp_path)
    expect(page.get_by_role("button", name="Color again…")).to_be_disabled()
    boxes = page.locator(".choose")
    boxes.nth(0).click()
    boxes.nth(2).click(modifiers=["Shift"])
    expect(page.locator(".choice-count")).to_have_text("Chosen: 3")
    boxes.nth(1).click()
    expect(page.locator(".choice-count")).to_have_text("Chosen: 2")
    with stack.stopped("gpu"):
        page.get_by_role("button", name="Color again…").click()
        page.get_by_label("How closely the network looks").select_option("384")
        page.get_by_role("button", name="Color", exact=True).click()
        expect(page.get_by_text("2 photos are waiting.")).to_be_visible()
        expect(page.locator(".card[data-status=queued]")).to_have_count(2)
    expect(page.locator(".card[data-status=succeeded]")).to_have_count(3, timeout=pages.COLORED)

    page.reload()
    check(page, pages.DESKTOP)
    page.get_by_role("link", name="2 versions").first.click()
    check(page, pages.DESKTOP)
    page.get_by_role("slider", name="Left / right").press("End")
    expect(page.get_by_role("slider")).to_have_attribute("aria-valuetext", "0% of the right one")
    page.get_by_role("link", name="Left").first.click()
    expect(page.get_by_role("link", name="Left").first).to_have_attribute("aria-current", "true")


def test_deleted_photos_are_brought_back_by_keyboard_alone(
    browser: Browser, stack: Stack, tmp_path: Path
) -> None:
    context = pages.screen(
        browser, stack, pages.PHONE, color_scheme="dark", reduced_motion="reduce"
    )
    page = context.new_page()
    sign_up(page, "ada-history@example.org")
    three_photos(page, tmp_path)
    check(page, pages.PHONE)
    for press in ("button:has-text('Delete…')", "#delete .primary"):
        if press.startswith("button"):
            page.locator(".choose-all input").press("Space")
        page.locator(press).press("Enter")
    expect(page.get_by_text("3 photos are in the trash.")).to_be_visible()
    page.get_by_role("link", name="the trash").press("Enter")
    check(page, pages.PHONE)
    page.locator(".choose").first.press("Space")
    page.get_by_role("button", name="Bring back").press("Enter")
    expect(page.get_by_text("1 photo is back.")).to_be_visible()
    page.goto("/history/")
    expect(page.locator(".card")).to_have_count(1)
    context.close()


def test_a_zip_is_made_before_ones_eyes_and_downloaded(page: Page, tmp_path: Path) -> None:
    three_photos(page, tmp_path)
    page.get_by_label("All on this page").check()
    page.get_by_role("button", name="Download").click()
    page.wait_for_url("**/archives/*/")
    ready = page.get_by_role("heading", name="Your zip is ready")
    expect(ready).to_be_visible(timeout=pages.COLORED)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    with ZipFile(download.value.path()) as found:
        assert sorted(found.namelist()) == ["a-color.jpg", "b-color.jpg", "c-color.jpg"]


def test_everything_works_without_a_script(
    browser: Browser, stack: Stack, page: Page, tmp_path: Path
) -> None:
    three_photos(page, tmp_path)
    context = pages.screen(
        browser, stack, java_script_enabled=False, storage_state=page.context.storage_state()
    )
    plain = context.new_page()
    plain.goto("/history/?sort=name")
    plain.get_by_label("Choose b.jpg").check()
    plain.get_by_role("button", name="Delete…").click()
    plain.get_by_role("button", name="Delete", exact=True).click()
    expect(plain.get_by_text("1 photo is deleted.")).to_be_visible()
    expect(plain.locator(".card-name")).to_have_text(["a.jpg", "c.jpg"])
    context.close()
