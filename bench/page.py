"""docs/performance.md: each command that measures keeps its own section up to date."""

from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
LIGHTHOUSE = "## Pages in a browser"


def keep_section(heading: str, text: str) -> None:
    """Put `text` under `heading`, at the end of the page, in place of what was there."""
    before, _, _ = PAGE.read_text().partition(f"\n{heading}\n")
    PAGE.write_text(f"{before.rstrip()}\n\n{heading}\n{text}")


def section(heading: str) -> str:
    """A section with its heading, as it stands; empty if there is none."""
    _, found, text = PAGE.read_text().partition(f"\n{heading}\n")
    return f"{found}{text}"
