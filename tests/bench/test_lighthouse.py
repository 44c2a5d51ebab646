"""The section of the page that Lighthouse keeps, and its table."""

from bench import lighthouse
from bench import page as pages


def test_a_section_takes_the_place_of_the_earlier_one(tmp_path, monkeypatch):
    monkeypatch.setattr(pages, "PAGE", tmp_path / "performance.md")
    pages.PAGE.write_text("# Performance\n\nRows.\n")
    for text in ("first\n", "second\n"):
        pages.keep_section(pages.LIGHTHOUSE, text)
    assert pages.PAGE.read_text() == f"# Performance\n\nRows.\n\n{pages.LIGHTHOUSE}\nsecond\n"
    assert pages.section(pages.LIGHTHOUSE) == f"\n{pages.LIGHTHOUSE}\nsecond\n"


def test_the_table_names_every_page_and_category():
    scores = dict.fromkeys(lighthouse.AIMS, 99)
    table = lighthouse._table({"home": scores})
    assert "| home | 99 | 99 | 99 | 99 |" in table
    assert "| page | performance | accessibility | best practices | seo |" in table
