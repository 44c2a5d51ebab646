"""What every page must pass: axe, no scrolling sideways, targets for a finger."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

AXE = Axe(f"if (!window.axe) {{ {AXE_SCRIPT} }}")
"""Half a megabyte, read once for each page."""
WCAG = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
COLORS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""All that a color scheme can break."""


SMALL = """() => [...document.querySelectorAll('a, button, input, select, summary, textarea')]
    .filter((one) => {
        const { width, height } = one.getBoundingClientRect();
        const shown = width > 1 && one.checkVisibility({ visibilityProperty: true });
        const inText = one.matches('a') && getComputedStyle(one).display === 'inline';
        return shown && !inText && Math.min(width, height) < 23.5;
    })
    .map((one) => one.outerHTML.slice(0, 100))"""
"""Targets under 24 pixels; links within a text may be as high as it."""


def check(page: Page, width: int) -> None:
    """No violations of WCAG 2.2 AA, no scrolling sideways, nothing too small for a finger."""
    _run(page, WCAG)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    small = page.evaluate(SMALL)
    assert small == [], f"{page.url}: {small}"


def check_light_and_dark(page: Page, width: int) -> None:
    """The page that is open passes in both color schemes; it stays in the light one."""
    page.emulate_media(color_scheme="dark")
    _run(page, COLORS)
    page.emulate_media(color_scheme="light")
    check(page, width)


def _run(page: Page, rules: dict[str, Any]) -> None:
    results = AXE.run(page, options={"resultTypes": ["violations"], "runOnly": rules})
    assert results.violations_count == 0, f"{page.url}\n{results.generate_report()}"
