"""The gallery in a real browser: looked at, liked, reported, moderated."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from colorweb.testing.stack import STAFF, Stack
from tests.e2e import pages
from tests.e2e.accessibility import check


def published(page: Page, tmp_path: Path, title: str) -> None:
    """A photo of this page's visitor in the gallery."""
    pages.colored(page, pages.photo_in(tmp_path, width=1000))
    pages.publish(page, title)


@pytest.fixture(scope="module")
def harbor(browser: Browser, stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The title of a photo in the gallery, which stays there."""
    title = "The harbor"
    context = pages.screen(browser, stack)
    published(context.new_page(), tmp_path_factory.mktemp("harbor"), title)
    context.close()
    return title


def cut_of(page: Page, title: str) -> str:
    """How much of a print's colors is cut away."""
    print_ = page.locator(".print", has_text=title)
    return print_.locator(".color").evaluate("picture => getComputedStyle(picture).clipPath")


def in_the_gallery(context: BrowserContext, title: str) -> Page:
    page = context.new_page()
    page.goto("/gallery/")
    expect(page.locator(".print", has_text=title)).to_be_visible()
    return page


def test_a_photo_is_liked_reported_and_hidden(
    page: Page, browser: Browser, stack: Stack, tmp_path: Path
) -> None:
    title = "The miller's cart"
    published(page, tmp_path, title)
    visitor = in_the_gallery(pages.screen(browser, stack, reduced_motion="reduce"), title)
    link = visitor.get_by_role("link", name=title)
    assert cut_of(visitor, title) == "inset(0px)"
    link.focus()
    assert cut_of(visitor, title) == "inset(0px 0px 0px 100%)"

    heart = visitor.get_by_role("button", name=f"Like “{title}”")
    heart.click()
    expect(heart).to_have_attribute("aria-pressed", "true")
    expect(visitor.locator(".print", has_text=title).locator(".likes")).to_have_text("1")
    visitor.reload()
    expect(heart).to_have_attribute("aria-pressed", "true")

    link.click()
    expect(visitor.get_by_role("heading", name=title)).to_be_visible()
    address = visitor.url
    visitor.get_by_role("button", name="Report…").click()
    check(visitor, pages.DESKTOP)
    visitor.get_by_label("It belongs to somebody else").check()
    visitor.get_by_role("button", name="Report", exact=True).click()
    expect(visitor.get_by_text("Thank you.")).to_be_visible()

    staff = pages.screen(browser, stack).new_page()
    staff.goto("/account/login/?next=/admin/jobs/report/")
    staff.get_by_label("Email").fill(STAFF["ADMIN_EMAIL"])
    staff.get_by_label("Password").fill(STAFF["ADMIN_PASSWORD"])
    staff.get_by_role("main").get_by_role("button", name="Log in").click()
    staff.wait_for_url("**/admin/jobs/report/")
    picture = staff.locator("#result_list img").first
    expect(picture).to_be_visible()
    assert picture.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") > 0

    answer = staff.request.post(
        "/admin/jobs/report/",
        form={
            "action": "hide",
            "_selected_action": staff.locator("input.action-select").first.get_attribute("value")
            or "",
            "csrfmiddlewaretoken": staff.locator("[name=csrfmiddlewaretoken]").first.input_value(),
        },
        headers={"Referer": staff.url},
    )
    assert answer.ok
    gone = visitor.goto(address)
    assert gone is not None
    assert gone.status == 404
    page.reload()
    expect(page.get_by_text("The reason: it belongs to somebody else.")).to_be_visible()
    visitor.context.close()
    staff.context.close()


def test_a_tap_shows_what_the_photo_was(browser: Browser, stack: Stack, harbor: str) -> None:
    phone = in_the_gallery(
        pages.screen(browser, stack, pages.PHONE, reduced_motion="reduce"), harbor
    )
    phone.get_by_label(f"“{harbor}” before").tap()
    assert cut_of(phone, harbor) == "inset(0px 0px 0px 100%)"
    phone.get_by_label(f"“{harbor}” before").tap()
    assert cut_of(phone, harbor) == "inset(0px)"
    phone.context.close()


def test_likes_need_no_javascript(browser: Browser, stack: Stack, harbor: str) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=stack.base_url)
    visitor = in_the_gallery(context, harbor)
    heart = visitor.get_by_role("button", name=f"Like “{harbor}”")
    heart.click()
    expect(heart).to_have_attribute("aria-pressed", "true")
    expect(visitor).to_have_url("/gallery/")
    heart.click()
    expect(heart).to_have_attribute("aria-pressed", "false")
    context.close()
