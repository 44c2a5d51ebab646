"""The documents lead somewhere: their links work, and the files that they name exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from colorweb.runtime import REPOSITORY

NEWCOMERS = {"CONTRIBUTING.md", "docs/development.md"}
"""These name folders too; elsewhere `jobs/` is an endpoint of the API."""
ROOTS = (
    "bench",
    "client",
    "colorweb",
    "docker",
    "docs",
    "frontend",
    "jobs",
    "locale",
    "ml",
    "tests",
)
FILE = re.compile(
    rf"(?:{'|'.join(ROOTS)})/[\w./-]+\.(?:css|html|json|mo|py|po|sh|toml|ts|txt|ya?ml)"
)
FOLDER = re.compile(rf"(?:{'|'.join(ROOTS)})/(?:[\w-]+/)*")
MODULE = re.compile(rf"python -m (?:-- )?((?:{'|'.join(ROOTS)})[\w.]*)")


def documents() -> list[str]:
    """The Markdown files that belong to the repository, relative to it."""
    found = [*REPOSITORY.glob("*.md"), *(REPOSITORY / ".github").glob("*.md")]
    for folder in ("docs", "client", "frontend/README.md", "ml/weights"):
        path = REPOSITORY / folder
        found += [path] if path.is_file() else path.rglob("*.md")
    return sorted(str(path.relative_to(REPOSITORY)) for path in found)


@cache
def read(document: Path) -> str:
    return document.read_text()


def anchors(document: Path) -> set[str]:
    """The headings of a document as GitHub spells them in addresses."""
    titles = re.findall(r"^#+ (.+)$", read(document), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def links(text: str) -> Iterator[tuple[str, str]]:
    """Each link within the repository: path and anchor, one of them may be empty."""
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not re.match(r"\w+:", target):
            path, _, anchor = target.partition("#")
            yield path, anchor


def broken(document: str) -> list[str]:
    source = REPOSITORY / document
    wrong = []
    for path, anchor in links(read(source)):
        target = (source.parent / path).resolve() if path else source
        if not target.exists() or (anchor and anchor not in anchors(target)):
            wrong.append(f"{path}#{anchor}")
    return wrong


@pytest.mark.parametrize("document", documents())
def test_links_lead_to_files_and_headings(document):
    assert broken(document) == []


@pytest.mark.parametrize("document", documents())
def test_files_that_a_document_names_exist(document):
    text = read(REPOSITORY / document)
    named = [name for name in re.findall(r"`([^`\s]+)`", text) if FILE.fullmatch(name)]
    if document in NEWCOMERS:
        named += [name for name in re.findall(r"`([^`\s]+)`", text) if FOLDER.fullmatch(name)]
    assert [name for name in named if not (REPOSITORY / name).exists()] == []


@pytest.mark.parametrize("document", documents())
def test_modules_that_a_document_runs_exist(document):
    names = MODULE.findall(read(REPOSITORY / document))
    paths = {name: REPOSITORY / name.replace(".", "/") for name in names}
    assert [n for n, p in paths.items() if not (p.with_suffix(".py").exists() or p.is_dir())] == []


@pytest.mark.parametrize("record", sorted((REPOSITORY / "docs" / "decisions").glob("0*.md")))
def test_the_list_of_decisions_has_every_record(record):
    assert f"]({record.name})" in read(record.parent / "README.md")
