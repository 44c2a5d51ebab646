"""The start page: errors are shown beside the photo."""

from __future__ import annotations

import gettext
import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from colorweb.runtime import REPOSITORY
from colorweb.testing.drops import drop
from colorweb.testing.stack import Stack
from ml.imaging.notes import NOTES
from ml.imaging.photo_errors import ERRORS
from tests.e2e import pages


def test_sample_photo_is_colored_without_a_file_of_ones_own(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Try this one").click()
    page.wait_for_url("**/jobs/*/")
    expect(page.get_by_role("status")).to_have_text("In color", timeout=pages.COLORED)


def test_pasted_picture_is_sent(page: Page) -> None:
    page.goto("/")
    page.evaluate(
        """async () => {
            const canvas = document.createElement('canvas');
            canvas.getContext('2d').fillRect(0, 0, 200, 300);
            const blob = await new Promise(resolve => canvas.toBlob(resolve));
            const data = new DataTransfer();
            data.items.add(new File([blob], 'pasted.png', {type: 'image/png'}));
            const event = new ClipboardEvent('paste', {clipboardData: data, bubbles: true});
            document.body.dispatchEvent(event);
        }"""
    )
    page.wait_for_url("**/jobs/*/")
    expect(page.get_by_role("heading", name="pasted.png")).to_be_visible()


def test_what_cannot_be_a_photo_is_refused_before_it_is_sent(page: Page, tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear grandson, this is not a photo.")
    empty = tmp_path / "empty.jpg"
    empty.touch()
    huge = tmp_path / "huge.tif"
    with huge.open("wb") as file:
        file.truncate(80_000_001)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    pages.choose(page, letter, empty, huge)
    cards = page.locator(".card[data-status=refused]")
    expect(cards).to_have_count(3)
    expect(cards.filter(has_text="letter.txt")).to_contain_text("This is not a photo.")
    expect(cards.filter(has_text="empty.jpg")).to_contain_text("The file is empty.")
    expect(cards.filter(has_text="huge.tif")).to_contain_text("the limit is 80 MB")
    assert "POST" not in sent


def test_lost_connection_is_said_at_once_and_sending_goes_on_by_itself(
    page: Page, tmp_path: Path
) -> None:
    page.goto("/about/")
    page.context.set_offline(True)
    drop(page, pages.photo_in(tmp_path))
    expect(page.locator(".tray-note")).to_contain_text("There is no connection.")
    page.context.set_offline(False)
    page.wait_for_url("**/jobs/*/")


def test_newcomer_who_sends_many_photos_at_once_keeps_them_all(
    page: Page, stack: Stack, tmp_path: Path
) -> None:
    names = [f"{number}.jpg" for number in range(6)]
    with stack.stopped("gpu"):
        pages.choose(page, *(pages.photo_in(tmp_path, name) for name in names))
        expect(page.locator(".card[data-status=queued]")).to_have_count(6)
        page.goto("/")
        expect(page.locator(".yours .card")).to_have_count(6)


def test_canceled_photo_says_so_and_can_be_tried_again(
    page: Page, stack: Stack, tmp_path: Path
) -> None:
    with stack.stopped("gpu"):
        pages.choose(page, *(pages.photo_in(tmp_path, name) for name in ("a.jpg", "b.jpg")))
        expect(page.locator(".card[data-status=queued]")).to_have_count(2)
        card = page.locator(".card").filter(has_text="a.jpg")
        card.get_by_role("button", name="Cancel").click()
        expect(card).to_contain_text("Canceled")
    card.get_by_role("button", name="Try again").click()
    page.wait_for_url("**/jobs/*/")
    expect(pages.state(page)).to_have_text("In color", timeout=pages.COLORED)


def test_site_speaks_russian_to_those_who_ask_for_it(
    browser: Browser, stack: Stack, tmp_path: Path
) -> None:
    context = pages.screen(browser, stack, locale="ru-RU")
    page = context.new_page()
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    page.set_input_files("#pick", pages.photo_in(tmp_path))
    page.wait_for_url("**/jobs/*/")
    expect(page.get_by_role("status")).to_have_text("В цвете", timeout=pages.COLORED)
    expect(page.get_by_role("link", name="Скачать")).to_be_visible()

    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("status")).to_have_text("In color")
    context.close()


def test_everything_the_pages_say_has_a_russian_text() -> None:
    catalog = (REPOSITORY / "locale/ru/LC_MESSAGES/django.po").read_text()
    russian = gettext.translation("django", REPOSITORY / "locale", ["ru"])
    texts = [*ERRORS.values(), *NOTES.values()]
    assert [text for text in texts if russian.gettext(text) == text] == []
    entries = catalog.split("\n\n")[1:]
    untranslated = [entry for entry in entries if re.search(r'msgstr ""\s*$', entry)]
    assert untranslated == []
    assert "fuzzy" not in catalog
