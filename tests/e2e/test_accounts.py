"""An account in a real browser: from the first photo to the last."""

from __future__ import annotations

import json
import uuid
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from colorweb.testing.stack import Stack
from tests.accounts import PAGES_FOR_ALL, PAGES_OF_ACCOUNT, PAGES_OF_TWO_STEPS
from tests.e2e import pages
from tests.e2e.accessibility import check_light_and_dark
from tests.e2e.accounts import (
    delete_account,
    log_in,
    log_out,
    prove,
    sign_up,
    turn_on_two_steps,
)


@pytest.fixture
def email() -> str:
    """Nobody's address yet: all tests share one site."""
    return f"{uuid.uuid4().hex[:12]}@example.org"


def test_a_life_of_an_account(
    page: Page, browser: Browser, stack: Stack, tmp_path: Path, email: str
) -> None:
    pages.colored(page, pages.photo_in(tmp_path, "Grandmother.jpg"))
    photo = page.url

    sign_up(page, email)
    expect(page.locator("photo-list .card-name")).to_have_text("Grandmother.jpg")
    page.goto(photo)
    expect(page.get_by_role("button", name="More")).to_be_visible()

    log_out(page)
    answer = page.goto(photo)
    assert answer is not None
    assert answer.status == 404

    log_in(page, email)
    page.goto(photo)
    expect(page.get_by_role("status")).to_have_text("In color")

    page.goto("/account/2fa/totp/activate/")
    prove(page)
    turn_on_two_steps(page)
    code = page.locator(".codes li").first.text_content() or ""
    other = pages.screen(browser, stack).new_page()
    log_in(other, email)
    expect(other.get_by_role("heading", name="Second step")).to_be_visible()
    other.get_by_label("Code").fill(code)
    other.get_by_role("button", name="Log in").click()
    other.goto("/account/sessions/")
    expect(other.locator(".sessions li")).to_have_count(2)
    other.get_by_role("button", name="Log out everywhere else").click()
    expect(other.locator(".sessions li")).to_have_count(1)
    page.goto("/account/")
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()

    other.goto("/account/")
    other.get_by_role("link", name="Download everything").click()
    with other.expect_download() as download:
        prove(other)
    with zipfile.ZipFile(download.value.path()) as taken:
        assert json.loads(taken.read("data.json"))["account"]["email"] == email
        assert taken.testzip() is None
        assert len(taken.namelist()) == 3

    job = photo.rstrip("/").rsplit("/", 1)[-1]
    delete_account(other, email)
    assert not stack.rows(f"SELECT 1 FROM accounts_user WHERE email = '{email}'")
    known = {row[0] for row in stack.rows("SELECT id FROM jobs_job")}
    assert not {job, job.replace("-", ""), uuid.UUID(job)} & known
    other.context.close()


def test_a_page_left_open_goes_on_after_logging_in_in_another_tab(
    page: Page, stack: Stack, tmp_path: Path, email: str
) -> None:
    second_tab = page.context.new_page()
    with stack.stopped("gpu"):
        pages.choose(page, pages.photo_in(tmp_path))
        page.wait_for_url("**/jobs/*/")
        listed = page.context.new_page()
        listed.goto("/")
        expect(listed.locator(".card[data-status=queued]")).to_have_count(1)
        sign_up(second_tab, email)
    expect(page.get_by_role("status")).to_have_text("In color", timeout=pages.COLORED)
    expect(listed.locator(".card[data-status=succeeded]")).to_have_count(1)


@pytest.mark.parametrize("width", [pages.DESKTOP, pages.PHONE])
def test_pages_of_accounts_have_no_accessibility_violations(
    browser: Browser, stack: Stack, email: str, width: int
) -> None:
    context = pages.screen(browser, stack, width, reduced_motion="reduce")
    page = context.new_page()

    def check_all(paths: tuple[str, ...]) -> None:
        for path in paths:
            page.goto(path)
            check_light_and_dark(page, width)

    check_all(PAGES_FOR_ALL)
    page.goto("/account/signup/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill("123")
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_text("entirely numeric").first).to_be_visible()
    check_light_and_dark(page, width)
    sign_up(page, email)
    page.goto("/account/delete/")
    check_light_and_dark(page, width)
    prove(page)
    check_all(PAGES_OF_ACCOUNT)
    turn_on_two_steps(page)
    check_all(PAGES_OF_TWO_STEPS)
    page.goto("/account/delete/")
    page.get_by_label("type your address").fill("somebody@example.org")
    page.get_by_role("button", name="Delete everything").click()
    expect(page.get_by_role("alert")).to_be_visible()
    check_light_and_dark(page, width)
    context.close()
