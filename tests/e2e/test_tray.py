"""The tray: many photos, sent from any page, have an end."""

from __future__ import annotations

import re
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import Page, expect

from colorweb.testing import pictures
from colorweb.testing.drops import SHIFTS, drop
from colorweb.testing.stack import Stack
from tests.e2e import pages
from tests.e2e.accessibility import check_light_and_dark

JOBS = "SELECT COUNT(*) FROM jobs_job JOIN jobs_photo ON jobs_photo.id = photo_id WHERE name = '{}'"


def photos_in(folder: Path, prefix: str, count: int) -> list[Path]:
    """So many photos, none like another."""
    paths = [folder / f"{prefix}-{number:02}.jpg" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_bytes(pictures.encoded(width=320 + number))
    return paths


def test_photos_left_unsent_are_sent_by_the_next_page_each_once(
    page: Page, stack: Stack, tmp_path: Path
) -> None:
    photos = photos_in(tmp_path, "left", 4)
    page.goto("/gallery/")
    expect(page.locator(".nav-photos")).to_be_hidden()
    with stack.stopped("gpu"):
        page.context.set_offline(True)
        drop(page, *photos)
        expect(page.locator(".tray-words")).to_have_text("0 of 4 in color")
        expect(page.locator(".tray-note")).to_contain_text("There is no connection.")
        check_light_and_dark(page, pages.DESKTOP)
        page.context.set_offline(False)
        page.goto("/about/")
        expect(page.locator("photo-tray .card[data-status=queued]")).to_have_count(4)
        expect(page.locator(".nav-photos")).to_be_visible()
        assert page.title().startswith("(0/4) ")
        page.locator(".tray-toggle").click()
        card = page.locator("photo-tray .card").filter(has_text="left-03.jpg")
        card.get_by_role("button", name="Cancel").click()
        expect(card).to_contain_text("Canceled", timeout=1000)
    expect(page.locator(".tray-words")).to_have_text("3 in color", timeout=pages.COLORED)
    assert [stack.rows(JOBS.format(path.name))[0][0] for path in photos] == [1] * 4
    check_light_and_dark(page, pages.DESKTOP)
    page.locator("photo-tray").get_by_role("button", name="Close").click()
    page.goto("/gallery/")
    expect(page.locator(".tray-panel")).to_be_hidden()


@pytest.mark.long
def test_a_folder_of_twelve_with_two_refused_and_the_line_cut_ends_in_a_zip(
    page: Page, tmp_path: Path
) -> None:
    folder = tmp_path / "Riga 1931"
    folder.mkdir()
    photos_in(folder, "page", 10)
    for name in ("letter.jpg", "list.jpg"):
        (folder / name).write_text("Dear grandson, this is not a photo.")
    page.add_init_script(SHIFTS)
    page.goto("/")
    drop(page, folder)
    expect(page.locator("photo-tray .card")).to_have_count(12)
    page.context.set_offline(True)
    expect(page.locator(".tray-note")).to_contain_text("There is no connection.")
    page.context.set_offline(False)
    words = page.locator(".tray-words")
    expect(words).to_have_text("10 in color, not accepted: 2", timeout=pages.COLORED)
    refused = page.locator("photo-tray .card[data-status=refused]")
    expect(refused).to_contain_text(["not a photo", "not a photo"])
    expect(page.locator(".tray-share")).to_be_in_viewport(ratio=1)
    assert page.evaluate("window.shifted") < 0.05
    page.goto("/gallery/")
    expect(words).to_have_text("10 in color, not accepted: 2")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download all").click()
    with ZipFile(download.value.path()) as archive:
        assert len([name for name in archive.namelist() if name.endswith(".jpg")]) == 10
    page.get_by_role("link", name="Look through").click()
    expect(page).to_have_url(re.compile(r"/albums/.*/slides/"))
