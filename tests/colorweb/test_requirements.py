"""Everything that is installed from PyPI is the file that was looked at: versions with hashes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from colorweb.runtime import REPOSITORY

NAMES = (
    "requirements",
    "requirements-color",
    "requirements-torch",
    "requirements-build",
    "requirements-tools",
    "requirements-dev",
)
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[\w,-]+\])?==([^\s;\\]+)", re.MULTILINE)


def pins(file: Path) -> dict[str, str]:
    """The version of each package in a file, by its name as PyPI writes it."""
    return {re.sub(r"[-_.]+", "-", name).lower(): v for name, v in PIN.findall(file.read_text())}


def blocks(file: Path) -> list[str]:
    """Each requirement with the lines that belong to it."""
    text = re.sub(r"^ *#.*\n", "", file.read_text(), flags=re.MULTILINE)
    return [block for block in re.split(r"(?<!\\)\n", text) if block.strip()]


@pytest.mark.parametrize("name", NAMES)
def test_every_requirement_has_a_version_and_hashes(name):
    found = blocks(REPOSITORY / f"{name}.txt")
    assert found
    for block in found:
        assert PIN.match(block), block
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), block


@pytest.mark.parametrize("name", NAMES)
def test_hashes_are_those_of_what_is_asked_for(name):
    """After a change of an .in file: make requirements."""
    asked = pins(REPOSITORY / f"{name}.in")
    assert asked.items() <= pins(REPOSITORY / f"{name}.txt").items()


def test_all_files_agree_on_versions():
    found: dict[str, str] = {}
    for name in NAMES:
        for package, version in pins(REPOSITORY / f"{name}.txt").items():
            assert found.setdefault(package, version) == version, package


def test_no_other_place_than_pypi_is_named():
    for name in NAMES:
        assert "://" not in (REPOSITORY / f"{name}.txt").read_text()
