"""Photos dropped onto a page, and how far that moves what is there."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

SHIFTS = """
window.shifted = 0;
new PerformanceObserver(list => {
    for (const entry of list.getEntries()) window.shifted += entry.value;
}).observe({type: 'layout-shift', buffered: true});
"""
"""A script for a page before it is opened: `window.shifted` is the sum of its layout shifts."""


def drop(page: Page, *paths: Path) -> None:
    """Drops files and folders onto the page as a hand with a mouse does."""
    cdp = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        cdp.send("Input.dispatchDragEvent", {"type": kind, "x": 400, "y": 400, "data": data})
