"""From a tar of photos to a new version, in a real browser, and whatever dies on the way."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from colorweb.testing.stack import STAFF, Stack
from colorweb.testing.waiting import wait_for
from ml.versions.measuring import TILE
from tests.ml import colors
from tests.ml.datasets.pictures import photo

CHECKED = 120_000  # milliseconds
TRAINED = 300_000
EPOCHS = 10  # of a run that is hurt on its way


def log_in(page: Page) -> None:
    page.goto("/account/login/?next=/admin/")
    page.get_by_label("Email").fill(STAFF["ADMIN_EMAIL"])
    page.get_by_label("Password").fill(STAFF["ADMIN_PASSWORD"])
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/admin/")


def add_data_set(page: Page, folder: Path, name: str, count: int = 40) -> None:
    """Uploads a tar and waits until it has been checked, without a reload by hand."""
    files = {f"{seed}.png": colors.png(photo(seed)) for seed in range(count)}
    tar = colors.tar(folder / "photos.tar", files)
    page.goto("/admin/ml/dataset/add/")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Kind").select_option("upload")
    page.locator("input[type=file]").set_input_files(tar)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("img.sheet")).to_be_visible(timeout=CHECKED)


def start_run(page: Page, data_set: str, epochs: int) -> str:
    """Starts a run by the form; its id."""
    page.goto("/admin/ml/trainingrun/add/")
    page.get_by_label(data_set).check()
    page.locator("[name=epochs]").fill(str(epochs))
    page.locator("[name=batch]").fill("6")
    page.locator("[name=size]").fill("32")
    page.locator("[name=patience]").fill("1000")
    expect(page.locator("run-estimate")).to_contain_text("It should take about")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(re.compile(r"/admin/ml/trainingrun/[0-9a-f-]{36}/change/"))
    return page.url.split("/")[-3]


def test_an_upload_shows_how_far_it_is_and_can_be_canceled(page: Page, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(256, size=(1000, 1000, 3), dtype=np.uint8)
    files = {"noise.png": colors.png(noise), "photo.png": colors.png(photo(0))}
    tar = colors.tar(tmp_path / "photos.tar", files)
    log_in(page)
    page.goto("/admin/ml/dataset/add/")
    page.get_by_label("Name").fill("Slow line")
    page.get_by_label("Kind").select_option("upload")
    page.locator("input[type=file]").set_input_files(tar)
    network = page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 500_000}
    network.send("Network.emulateNetworkConditions", slow)
    page.get_by_role("button", name="Save", exact=True).click()
    upload = page.locator("upload-progress")
    expect(upload).to_contain_text(re.compile(r"[\d.]+ MB of 3 MB sent"), timeout=CHECKED)
    assert 0 < upload.locator("progress").evaluate("bar => bar.value") < 1
    upload.get_by_role("button", name="Cancel the upload").click()
    expect(upload).to_contain_text("The upload was canceled.")
    network.send("Network.emulateNetworkConditions", {**slow, "uploadThroughput": -1})
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(re.compile(r"/admin/ml/dataset/[0-9a-f-]{36}/change/"))


@pytest.mark.long
def test_curves_and_samples_arrive_without_a_reload(
    page: Page, stack: Stack, tmp_path: Path
) -> None:
    log_in(page)
    add_data_set(page, tmp_path, "Forty photos")
    expect(page.get_by_text("For training")).to_be_visible()
    start_run(page, "Forty photos", 2)
    page.evaluate("window.untouched = true")
    run = page.locator("training-run")
    samples = page.locator("[data-samples] figure")
    expect(samples).to_have_count(1, timeout=TRAINED)
    expect(page.locator("[data-curve=mse][data-points='1'] canvas")).to_be_visible()
    expect(samples).to_have_count(2, timeout=TRAINED)
    expect(run).to_have_attribute("data-state", "succeeded", timeout=TRAINED)
    expect(page.locator("[data-curve=mse]")).to_have_attribute("data-points", "2")
    version = page.get_by_role("link", name="resnet-gray-unet@")
    expect(version.first).to_be_visible()
    assert page.evaluate("window.untouched"), "nothing of this needed a reload"
    # A late look shows the same.
    page.reload()
    expect(samples).to_have_count(2)
    expect(page.locator("[data-curve=mse]")).to_have_attribute("data-points", "2")

    made = page.locator("[data-versions]").inner_text().partition("@")[2]
    page.locator("[data-versions]").click()
    compare(page)
    page.get_by_role("link", name="Promote…").click()
    page.get_by_label("Reason").fill("To see it at work")
    page.get_by_role("button", name="Put resnet-gray-unet@").click()
    decided = page.get_by_role("heading", name=re.compile("Tried on a part|Refused"))
    expect(decided).to_be_visible(timeout=CHECKED)
    back = page.get_by_role("link", name="Roll back…")
    if back.is_visible():
        back.click()
        page.get_by_role("button", name=f"Take resnet-gray-unet@{made} back").click()
        expect(page.get_by_text("is in service.")).to_be_visible()


def compare(page: Page) -> None:
    """Has the version of this page measured beside the one in service, and looks at both."""
    expect(page.get_by_text("Not compared with the version in service yet.")).to_be_visible()
    page.get_by_role("link", name="Compare…").click()
    page.get_by_role("button", name="Compare resnet-gray-unet@").click()
    page.wait_for_url("**/admin/ml/modelversion/*/change/")
    table = page.get_by_role("group", name="Figures").get_by_role("table")
    expect(table).to_be_visible(timeout=TRAINED)
    for metric in ("error", "PSNR, dB", "colorfulness, off by"):
        expect(table.get_by_role("row", name=metric)).to_contain_text("Forty photos")
    pictures = page.get_by_role("img", name="The photos, colored by both")
    pictures.scroll_into_view_if_needed()
    expect(pictures).to_have_js_property("complete", True)
    height = pictures.evaluate("picture => picture.naturalHeight")
    assert height == 4 * TILE, "gray, this version, the other, true"


def kill_child(stack: Stack, run: str) -> None:
    lock = stack.var_dir / "training" / run / "lock"
    os.kill(int(lock.read_text()), signal.SIGKILL)


def kill_worker(stack: Stack, run: str) -> None:
    stack.kill("training")


def kill_broker(stack: Stack, run: str) -> None:
    stack.kill("broker")


@pytest.mark.long
@pytest.mark.parametrize(
    ("kill", "end"),
    [
        pytest.param(kill_child, "failed", id="child"),
        pytest.param(kill_worker, "succeeded", id="worker"),
        pytest.param(kill_broker, "succeeded", id="broker"),
    ],
)
def test_a_run_ends_as_it_would_have_or_says_why_not(
    page: Page, stack: Stack, tmp_path: Path, kill: Callable[[Stack, str], None], end: str
) -> None:
    log_in(page)
    name = f"For {kill.__name__}"
    add_data_set(page, tmp_path, name)
    run = start_run(page, name, EPOCHS)
    expect(page.locator("[data-samples] figure").nth(2)).to_be_attached(timeout=TRAINED)
    kill(stack, run)
    expect(page.locator("training-run")).to_have_attribute("data-state", end, timeout=2 * TRAINED)
    if end == "failed":
        expect(page.locator("[data-field=error]")).to_contain_text("SIGKILL")
        page.get_by_role("button", name="Resume").click()
        wait_for(lambda: state_of(stack, run) != "failed", "the run to be resumed")
        expect(page.locator("training-run")).to_have_attribute(
            "data-state", "succeeded", timeout=2 * TRAINED
        )
    steps = [
        row[0]
        for row in stack.rows("SELECT step, run_id FROM ml_runpoint WHERE kind = 'check'")
        if str(row[1]).replace("-", "") == run.replace("-", "")
    ]
    assert sorted(steps) == [6 * epoch for epoch in range(1, EPOCHS + 1)], (
        "no check is lost or doubled"
    )


def state_of(stack: Stack, run: str) -> str:
    [state] = [
        row[1]
        for row in stack.rows("SELECT id, state FROM ml_trainingrun")
        if str(row[0]).replace("-", "") == run.replace("-", "")
    ]
    return state
