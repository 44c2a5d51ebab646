"""Lighthouse on the pages of a real site with photos in it: medians of five runs.

`make lighthouse` runs it with the `lighthouse` of npm; what is measured is a phone on a slow line,
with Lighthouse's own defaults. Ends with 1 where a page is under its aim.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from statistics import median

import httpx
import numpy as np
from PIL import Image
from playwright.sync_api import sync_playwright

from bench.page import LIGHTHOUSE, keep_section
from colorweb.testing import browser, pictures
from colorweb.testing.guest import Guest
from colorweb.testing.ports import free_port
from colorweb.testing.stack import Stack, running
from colorweb.testing.waiting import wait_for

AIMS = {"performance": 95, "accessibility": 100, "best-practices": 95, "seo": 95}
PRIVATE = {name: aim for name, aim in AIMS.items() if name != "seo"}
"""A page that search engines are asked not to index."""
RUNS = 5
TRIES = 3  # a run whose browser breaks off is made again
PHOTOS = 24  # a whole page of the gallery
FAILED = 1

TEXT = """
{date}, `make lighthouse`: Lighthouse {version}, a phone on a slow line, median of {runs} runs on a site with {photos} photos.

{table}
"""  # noqa: E501 (a line of the page)


@dataclass(frozen=True)
class Measured:
    """A page to measure."""

    path: str
    aims: dict[str, int] = field(default_factory=lambda: AIMS)
    cookies: dict[str, str] = field(default_factory=dict)
    """Whose page it is."""


def main() -> int:
    """Starts the site, fills the gallery, measures, prints; whether a page is under its aim."""
    parser = argparse.ArgumentParser(prog="python -m bench.lighthouse", description=__doc__)
    parser.add_argument("pages", nargs="*", help="some pages alone, which leaves the document")
    parser.add_argument("--runs", type=int, default=RUNS)
    options = parser.parse_args()
    with running({"COLORWEB_PROCESSES": "1"}) as stack:
        permalinks = _fill(stack)
        pages = {
            "home": Measured("/"),
            "gallery": Measured("/gallery/"),
            "photo": Measured(permalinks["gray"]),
            "photo that was in color": Measured(permalinks["color"]),
            **_own(stack),
        }
        found = {
            name: _measure(stack.base_url, pages[name], options.runs)
            for name in options.pages or pages
        }
    table = _table(found)
    print(table)
    if not options.pages:
        text = TEXT.format(
            date=f"{datetime.now(UTC):%Y-%m-%d}",
            version=_lighthouse("--version").strip(),
            runs=options.runs,
            photos=PHOTOS,
            table=table,
        )
        keep_section(LIGHTHOUSE, text)
    low = [
        f"{name}: {category} {score} of {pages[name].aims[category]}"
        for name, scores in found.items()
        for category, score in scores.items()
        if score < pages[name].aims[category]
    ]
    print("\n".join(low), file=sys.stderr)
    return FAILED if low else 0


def _fill(stack: Stack) -> dict[str, str]:
    """Publish photos, the last of them in color; the permalinks of the last of each kind."""
    permalinks = {}
    for number in range(PHOTOS):
        kind = "color" if number == PHOTOS - 1 else "gray"
        guest = Guest(stack)
        sent = guest.post("photo.jpg", _photo(kind, number), visibility="public")
        sent.raise_for_status()
        done = guest.wait(sent.json()["id"], "succeeded")
        permalinks[kind] = done["urls"]["permalink"].removeprefix(stack.base_url)
    return permalinks


def _photo(kind: str, seed: int) -> bytes:
    """A gray photo of the size of a small scan, or a photo in color."""
    if kind == "gray":
        return pictures.encoded(width=900, height=675, seed=seed)
    channels = [pictures.scene(900, 675, seed + number) for number in range(3)]
    return pictures.saved(Image.fromarray(np.dstack(channels)), "JPEG", quality=90)


def _own(stack: Stack) -> dict[str, Measured]:
    """Pages of a visitor's own photo in color: its own, an album's, and what its link opens."""
    with httpx.Client(base_url=stack.base_url, timeout=120) as visitor:
        visitor.get("/")
        token = {"csrfmiddlewaretoken": visitor.cookies["csrftoken"]}
        paths = {}
        for kind in ("color", "gray"):
            files = {"image": ("photo.jpg", _photo(kind, PHOTOS))}
            paths[kind] = visitor.post("/", data=token, files=files).headers["Location"]
            wait_for(partial(_is_colored, visitor, paths[kind]), "the colors", 120)
        cookies = dict(visitor.cookies)
        headers = {"X-CSRFToken": visitor.cookies["csrftoken"]}
        photo = visitor.get(f"/api/v1{paths['gray']}").json()["photo"]["id"]
        album = visitor.post("/api/v1/albums/", json={"title": "Riga"}, headers=headers).json()[
            "id"
        ]
        photos = {"photos": [photo]}
        visitor.put(f"/api/v1/albums/{album}/photos/", json=photos, headers=headers)
        made = visitor.post(f"/api/v1/albums/{album}/links/", json={}, headers=headers)
        link = made.json()["url"].removeprefix(stack.base_url)
    return {
        "result": Measured(paths["gray"], PRIVATE, cookies),
        "result of a photo in color": Measured(paths["color"], PRIVATE, cookies),
        "album": Measured(f"/albums/{album}/", PRIVATE, cookies),
        "share": Measured(link, PRIVATE),
    }


def _is_colored(visitor: httpx.Client, path: str) -> bool:
    return visitor.get(f"/api/v1{path}").json()["status"] == "succeeded"


def _measure(site: str, page: Measured, times: int) -> dict[str, int]:
    """Median scores of a page, 0..100."""
    print(f"Measuring {site}{page.path} ...", file=sys.stderr)
    with _chromium(site, page.cookies) as port:
        runs = [_scores(site, page, port) for _ in range(times)]
    return {category: round(median(run[category] for run in runs)) for category in page.aims}


@contextmanager
def _chromium(site: str, cookies: dict[str, str]) -> Iterator[int]:
    """A browser that has a visitor's cookies; its port. As a header they would miss pictures."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        visitor = playwright.chromium.launch_persistent_context(
            folder,
            executable_path=browser.find(),
            args=[*browser.FLAGS, f"--remote-debugging-port={port}"],
        )
        visitor.add_cookies(
            [{"name": name, "value": cookies[name], "url": site} for name in cookies]
        )
        yield port
        visitor.close()


def _scores(site: str, page: Measured, port: int) -> dict[str, float]:
    report = json.loads(
        _lighthouse(
            site + page.path,
            "--quiet",
            "--output=json",
            f"--port={port}",
            f"--only-categories={','.join(page.aims)}",
        )
    )
    scores = {name: 100 * report["categories"][name]["score"] for name in page.aims}
    for name, aim in page.aims.items():
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
    for _ in range(TRIES):
        done = subprocess.run(
            ["lighthouse", *arguments], check=False, capture_output=True, text=True
        )
        if done.returncode == 0:
            return done.stdout
        print(f"  {(done.stderr.strip() or 'no reason given').splitlines()[-1]}", file=sys.stderr)
    raise SystemExit(f"lighthouse failed {TRIES} times.")


def _table(found: dict[str, dict[str, int]]) -> str:
    titles = [name.replace("-", " ") for name in AIMS]
    lines = [f"| page | {' | '.join(titles)} |", f"|---|{'---|' * len(AIMS)}"]
    lines += [
        f"| {page} | {' | '.join(str(scores.get(name, 'not indexed')) for name in AIMS)} |"
        for page, scores in found.items()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
