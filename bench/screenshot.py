"""Renews docs/screenshot.jpg: the result page of the sample photo, in the model that ships.

`python -m bench.screenshot` starts a site of its own and takes half a minute.
"""

import argparse

from playwright.sync_api import ViewportSize, expect, sync_playwright

from colorweb.runtime import REPOSITORY
from colorweb.testing import browser
from colorweb.testing.stack import running

PICTURE = REPOSITORY / "docs" / "screenshot.jpg"
SCREEN = ViewportSize(width=1280, height=850)
SCALE = 1.25  # so that its words are sharp where the README shows it
QUALITY = 85
COLORED = 120_000  # milliseconds


def main() -> None:
    """Starts the site, colors its sample, takes the picture."""
    argparse.ArgumentParser(prog="python -m bench.screenshot", description=__doc__).parse_args()
    with running({"COLORWEB_PROCESSES": "1"}) as stack:
        _take(stack.base_url)


def _take(site: str) -> None:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser.find(), args=browser.FLAGS)
        page = chromium.new_page(
            viewport=SCREEN, device_scale_factor=SCALE, reduced_motion="reduce", locale="en-GB"
        )
        page.goto(site)
        page.get_by_role("button", name="Try this one").click()
        expect(page.get_by_role("status")).to_have_text("In color", timeout=COLORED)
        expect(page.locator("photo-colors[data-live]")).to_be_attached()
        page.mouse.move(0, 0)
        page.screenshot(path=PICTURE, type="jpeg", quality=QUALITY)
        chromium.close()


if __name__ == "__main__":
    main()
