"""From photos dropped on a page to their colors on the screen, in a browser, on an idle site."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, sync_playwright

from bench.rows import Row
from colorweb.runtime import REPOSITORY
from colorweb.testing import browser, pictures
from colorweb.testing.drops import SHIFTS, drop
from colorweb.testing.stack import Stack

WIDTH, HEIGHT = 1600, 1200
MANY = 12
AIM, AIM_MANY, AIM_RATIO, AIM_SHIFT = 1.5, 8, 2.5, 0.05
COLORED = 120_000  # milliseconds
ONE = "photo-stage .after img"
ALL = "photo-tray .card[data-status=succeeded] .color"


def rows(*, quick: bool) -> list[Row]:
    """Wall-clock time. Each time another visitor with other photos."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        stack = Stack(folder / "var")
        stack.start()
        try:
            chromium = playwright.chromium.launch(
                executable_path=browser.find(), args=browser.FLAGS
            )
            visit = _Visit(chromium, stack.base_url)
            visit.drop(_photos(folder, 1, 99), ONE)  # the site's first photo warms it
            ones = [
                visit.drop(_photos(folder, 1, turn), ONE)[0] for turn in range(3 if quick else 9)
            ]
            many = [
                visit.drop(_photos(folder, MANY, 100 * turn + 100), ALL)
                for turn in range(1 if quick else 3)
            ]
            chromium.close()
        finally:
            stack.stop()
        command_one = _colorize(_photos(folder, 1, 0), folder / "one")
        command = _colorize(_photos(folder, MANY, 100), folder / "many")
    one, twelve = median(ones), median(seconds for seconds, _ in many)
    return [
        Row(
            "drop to colors on the screen, 2 megapixels, median",
            f"{one:.2f} s",
            f"{command_one:.1f} s of `colorize`, its start included",
            f"{one / command_one:.2f} x",
            f"at most {AIM} s and {AIM_RATIO} x",
        ),
        Row(
            f"the same, {MANY} photos",
            f"{twelve:.1f} s",
            f"{command:.1f} s of `colorize`, its start included",
            f"{twelve / command:.2f} x",
            f"at most {AIM_MANY} s and {AIM_RATIO} x",
        ),
        Row(
            f"layout shift while {MANY} photos are sent, largest",
            f"{max(shift for _, shift in many):.3f}",
            aim=f"under {AIM_SHIFT}",
        ),
    ]


class _Visit:
    """A page of the site, opened anew for each drop."""

    def __init__(self, chromium: Browser, site: str) -> None:
        self.chromium = chromium
        self.site = site

    def drop(self, photos: list[Path], picture: str) -> tuple[float, float]:
        """Seconds until each photo's picture is on the page, and how far things moved."""
        context = self.chromium.new_context(viewport={"width": 1280, "height": 850})
        context.add_init_script(SHIFTS)
        page = context.new_page()
        page.goto(self.site + "/gallery/")
        start = time.perf_counter()
        drop(page, *photos)
        last = page.locator(picture).nth(len(photos) - 1)
        last.wait_for(state="attached", timeout=COLORED)
        last.evaluate("picture => picture.decode()")
        seconds = time.perf_counter() - start
        shifted = float(page.evaluate("window.shifted"))
        context.close()
        return seconds, shifted


def _photos(folder: Path, count: int, seed: int) -> list[Path]:
    paths = [folder / f"{seed + number}.jpg" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_bytes(pictures.encoded(width=WIDTH, height=HEIGHT, seed=seed + number))
    return paths


def _colorize(photos: list[Path], folder: Path) -> float:
    """Seconds that the command takes."""
    folder.mkdir()
    command = [sys.executable, "manage.py", "colorize", *map(str, photos), "-o", str(folder)]
    start = time.perf_counter()
    subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)
    return time.perf_counter() - start
