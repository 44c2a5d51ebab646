"""A real site, a real browser."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from colorweb.testing import browser as chromium
from colorweb.testing import databases
from colorweb.testing.guest import Guest
from colorweb.testing.postgres import Postgres
from colorweb.testing.stack import Stack

expect.set_options(timeout=60_000)  # milliseconds, for a busy machine
CANARY = {"CANARY_STEPS": "50,100", "CANARY_STEP_MINUTES": "0"}
"""New versions come in two steps, each as soon as it has its photos."""
PROGRAMS = ("web", "gpu", "default", "training")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("e2e")


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The site, ready to color; most e2e tests share it."""
    server = os.environ.get("TEST_DATABASE_URL")
    with databases.temporary(server) if server else nullcontext() as database:
        stack = Stack(tmp_path_factory.mktemp("stack"), CANARY, database)
        with _running(stack):
            yield stack


@pytest.fixture(scope="package")
def postgres_stack(tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> Iterator[Stack]:
    """The site on a PostgreSQL that tests may hurt."""
    with databases.temporary(postgres.url) as database:
        stack = Stack(tmp_path_factory.mktemp("postgres-stack"), database=database)
        with _running(stack):
            yield stack


@contextmanager
def _running(stack: Stack) -> Iterator[None]:
    stack.start()
    yield
    assert stack.stop() == 0
    assert not list((stack.var_dir / "run").glob("*.sock")), "something still runs"


@pytest.fixture
def guest(stack: Stack) -> Guest:
    """Somebody new at the REST API."""
    return Guest(stack)


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """Ends with these tests: its event loop runs as long as it is there, and others need theirs."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def browser(playwright: Playwright, browser_type_launch_args: dict[str, Any]) -> Iterator[Browser]:
    """A Chromium that is there already."""
    path = chromium.find()
    if not path:
        pytest.fail("No Chromium here. Run: python -m colorweb.testing.browser", pytrace=False)
    browser = playwright.chromium.launch(
        **browser_type_launch_args, executable_path=path, args=chromium.FLAGS
    )
    yield browser
    browser.close()


@pytest.fixture(scope="package")
def browser_context_args(stack: Stack) -> dict[str, Any]:
    """Pages of our site, at a desktop's size."""
    return {
        "base_url": stack.base_url,
        "viewport": {"width": 1280, "height": 900},
        "locale": "en-GB",
    }


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Shows the end of the site's logs beside a failure."""
    report = yield
    fixtures = getattr(item, "funcargs", {})
    stack = fixtures.get("postgres_stack") or fixtures.get("stack")
    if report.failed and isinstance(stack, Stack):
        for program in PROGRAMS:
            report.sections.append((f"log of {program}", stack.log(program)[-4000:]))
    return report
