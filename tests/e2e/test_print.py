"""A photo on paper: in color or before and after as a pair, on A4 and on 10 x 15 cm."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Page, expect

from tests.e2e import pages

MM = 72 / 25.4  # points a millimeter
PAPERS = {
    ("A4", "In color"): (297, 210),
    ("A4", "Before and after"): (210, 297),
    ("10 × 15 cm", "In color"): (150, 100),
    ("10 × 15 cm", "Before and after"): (100, 150),
}
"""Width and height in mm for a wide photo."""


def test_a_photo_is_printed_on_one_page_of_the_paper_with_its_caption(
    page: Page, tmp_path: Path
) -> None:
    pages.colored(page, pages.photo_in(tmp_path))
    pages.open_more(page, "Title…")
    for label, words in (("Title", "Grandmother"), ("Caption", "At the sea"), ("Taken", "1931")):
        page.get_by_role("dialog").get_by_label(label).fill(words)
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    page.evaluate("window.print = () => { window.printed = true; }")
    pages.open_more(page, "Print…")
    for (paper, picture), size in PAPERS.items():
        page.get_by_label(paper).check()
        page.get_by_label(picture).check()
        printed = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
        assert len(printed) == 1
        sheet = printed[0]
        assert [side / MM for side in sheet.get_size()] == pytest.approx(size, abs=1)
        words = sheet.get_textpage().get_text_range()
        for expected in ("Grandmother", "At the sea", "1931", "a network's guess"):
            assert expected in words
        assert "Download" not in words
        shown = [one for one in sheet.get_objects() if one.type == pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]
        assert len(shown) == (2 if picture == "Before and after" else 1)
    page.get_by_role("dialog").get_by_role("button", name="Print", exact=True).click()
    page.wait_for_function("() => window.printed")
    expect(page.get_by_role("dialog")).to_have_count(0)
