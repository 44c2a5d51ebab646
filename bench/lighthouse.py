"""Lighthouse on the public pages of a real site with photos in it: medians of five runs.

`make lighthouse` runs it with the `lighthouse` of npm; what is measured is a phone on a slow line,
with Lighthouse's own defaults. Ends with 1 where a page is under its aim.
"""

import json
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bench.page import LIGHTHOUSE, keep_section
from bench.start import jpeg
from colorweb.testing import browser
from colorweb.testing.guest import Guest
from colorweb.testing.stack import Stack

AIMS = {"performance": 90, "accessibility": 100, "best-practices": 95, "seo": 95}
RUNS = 5
TRIES = 3  # a run whose browser breaks off is made again
PHOTOS = 24  # a whole page of the gallery
FAILED = 1

TEXT = """
{date}, `make lighthouse`: Lighthouse {version}, a phone on a slow line, median of {runs} runs on a site with {photos} photos.

{table}
"""  # noqa: E501 (a line of the page)


def main() -> int:
    """Starts the site, fills the gallery, measures, prints; whether a page is under its aim."""
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(Path(folder) / "var", {"COLORWEB_PROCESSES": "1"})
        stack.start()
        try:
            permalink = _fill(stack)
            pages = {"home": "/", "gallery": "/gallery/", "photo": permalink}
            found = {name: _measure(stack.base_url + path) for name, path in pages.items()}
        finally:
            stack.stop()
    table = _table(found)
    print(table)
    text = TEXT.format(
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        version=_lighthouse("--version").strip(),
        runs=RUNS,
        photos=PHOTOS,
        table=table,
    )
    keep_section(LIGHTHOUSE, text)
    low = [
        f"{page}: {category} {score} of {AIMS[category]}"
        for page, scores in found.items()
        for category, score in scores.items()
        if score < AIMS[category]
    ]
    print("\n".join(low), file=sys.stderr)
    return FAILED if low else 0


def _fill(stack: Stack) -> str:
    """Publish photos; the permalink of the last."""
    permalink = ""
    for number in range(PHOTOS):
        guest = Guest(stack)
        sent = guest.post("photo.jpg", jpeg(number), visibility="public")
        sent.raise_for_status()
        permalink = guest.wait(sent.json()["id"], "succeeded")["urls"]["permalink"]
    return permalink.removeprefix(stack.base_url)


def _measure(url: str) -> dict[str, int]:
    """Median scores of a page, 0..100."""
    print(f"Measuring {url} ...", file=sys.stderr)
    runs = [_scores(url) for _ in range(RUNS)]
    return {category: round(median(run[category] for run in runs)) for category in AIMS}


def _scores(url: str) -> dict[str, float]:
    report = json.loads(
        _lighthouse(
            url,
            "--quiet",
            "--output=json",
            f"--only-categories={','.join(AIMS)}",
            f"--chrome-flags=--headless=new {' '.join(browser.FLAGS)}",
        )
    )
    scores = {name: 100 * report["categories"][name]["score"] for name in AIMS}
    for name, aim in AIMS.items():
        if scores[name] < aim:
            _explain(report, name)
    return scores


def _explain(report: dict, category: str) -> None:
    """What cost points."""
    for part in report["categories"][category]["auditRefs"]:
        audit = report["audits"][part["id"]]
        if part["weight"] and audit["score"] is not None and audit["score"] < 1:
            shown = audit.get("displayValue", "")
            print(f"  {category}: {audit['title']} ({audit['score']}) {shown}", file=sys.stderr)


def _lighthouse(*arguments: str) -> str:
    """What it prints. Ends the program where it fails again and again."""
    environment = {**os.environ, "CHROME_PATH": browser.find() or ""}
    for _ in range(TRIES):
        done = subprocess.run(
            ["lighthouse", *arguments], env=environment, check=False, capture_output=True, text=True
        )
        if done.returncode == 0:
            return done.stdout
        print(f"  {(done.stderr.strip() or 'no reason given').splitlines()[-1]}", file=sys.stderr)
    raise SystemExit(f"lighthouse failed {TRIES} times.")


def _table(found: dict[str, dict[str, int]]) -> str:
    titles = [f"{name.replace('-', ' ')} (aim {aim})" for name, aim in AIMS.items()]
    lines = [f"| page | {' | '.join(titles)} |", f"|---|{'---|' * len(AIMS)}"]
    lines += [
        f"| {page} | {' | '.join(str(score) for score in scores.values())} |"
        for page, scores in found.items()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
