"""What every page must pass: axe, and no scrolling sideways."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WCAG = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
COLORS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""All that a color scheme can break."""


def check(page: Page, width: int) -> None:
    """No violations of WCAG 2.2 AA, no scrolling sideways."""
    _run(page, WCAG)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def check_light_and_dark(page: Page, width: int) -> None:
    """The page that is open passes in both color schemes; it stays in the light one."""
    page.emulate_media(color_scheme="dark")
    _run(page, COLORS)
    page.emulate_media(color_scheme="light")
    check(page, width)


def _run(page: Page, rules: dict[str, Any]) -> None:
    results = Axe().run(page, options={"resultTypes": ["violations"], "runOnly": rules})
    assert results.violations_count == 0, f"{page.url}\n{results.generate_report()}"
