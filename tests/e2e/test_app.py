"""The site as an app: installed, opened without a connection, sent photos by other apps."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e import pages

CACHED = """async () => {
    const caches_ = await Promise.all((await caches.keys()).map(name => caches.open(name)));
    const requests = (await Promise.all(caches_.map(cache => cache.keys()))).flat();
    return requests.map(request => new URL(request.url).pathname);
}"""
SHARE = """() => {
    document.body.innerHTML =
        '<form method="post" action="/share-target/" enctype="multipart/form-data">'
        + '<input type="file" name="image" multiple></form>';
}"""


@pytest.fixture
def app(page: Page) -> Page:
    """A page that the service worker answers for."""
    page.goto("/")
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("() => caches.keys().then(names => names.length === 1)")
    page.reload()
    assert page.evaluate("() => navigator.serviceWorker.controller !== null")
    return page


def test_the_manifest_names_icons_of_the_size_they_are(page: Page) -> None:
    page.goto("/")
    address = page.locator("link[rel=manifest]").get_attribute("href")
    assert address
    manifest = page.request.get(address).json()
    assert (manifest["start_url"], manifest["display"]) == ("/", "standalone")
    for icon in manifest["icons"]:
        picture = Image.open(BytesIO(page.request.get(icon["src"]).body()))
        assert f"{picture.width}x{picture.height}" == icon["sizes"]


def test_without_a_connection_a_page_says_so_and_nothing_private_is_kept(
    app: Page, tmp_path: Path
) -> None:
    pages.colored(app, pages.photo_in(tmp_path, width=320))
    kept = app.evaluate(CACHED)
    assert "/offline/" in kept
    assert [path for path in kept if not path.startswith("/static/") and path != "/offline/"] == []
    app.context.set_offline(True)
    app.goto("/history/")
    expect(app.get_by_role("heading", name="There is no connection")).to_be_visible()
    app.context.set_offline(False)
    app.get_by_role("link", name="Try again").click()
    expect(app.get_by_text("grandmother.jpg").first).to_be_visible()


def test_a_photo_that_another_app_shares_is_colored(app: Page, tmp_path: Path) -> None:
    app.evaluate(SHARE)
    app.set_input_files("input[name=image]", pages.photo_in(tmp_path, "shared.jpg", width=320))
    app.evaluate("() => document.forms[0].submit()")
    app.wait_for_url("**/")
    card = app.locator("photo-tray .card").filter(has_text="shared.jpg")
    expect(card).to_have_attribute("data-status", "succeeded", timeout=pages.COLORED)
