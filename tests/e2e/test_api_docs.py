"""The API's own pages in a real browser, under their Content-Security-Policy."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect


@pytest.mark.parametrize("path", ["/api/docs/", "/api/docs/redoc/"])
def test_the_pages_show_the_api_from_local_files(page: Page, path: str) -> None:
    foreign: list[str] = []
    page.on("requestfinished", lambda request: foreign.append(request.url))
    page.goto(path)
    operations = page.locator("h2, .opblock-summary-description", has_text="Color a photo")
    expect(operations.first).to_be_visible()
    origin = page.evaluate("location.origin")
    assert [url for url in foreign if not url.startswith((origin, "data:", "blob:"))] == []
