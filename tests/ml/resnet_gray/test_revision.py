"""What a model says about the code that trained it."""

import subprocess
from pathlib import Path

import pytest

from ml.resnet_gray.training import revision
from tests.ml import networks


@pytest.fixture(autouse=True)
def empty_cache(monkeypatch):
    monkeypatch.delenv("COLORWEB_REVISION", raising=False)
    revision.of_code.cache_clear()
    yield
    revision.of_code.cache_clear()


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", *arguments]
    return subprocess.run(
        command, cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture
def checkout(tmp_path, monkeypatch) -> Path:
    """A checkout with one commit and one file."""
    git(tmp_path, "init", "--quiet")
    (tmp_path / "code.py").write_text("one")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "one")
    monkeypatch.setattr(revision, "REPOSITORY", tmp_path)
    return tmp_path


def test_of_a_checkout_it_is_the_commit_and_whether_files_differ(checkout, monkeypatch):
    commit = git(checkout, "rev-parse", "HEAD")
    git(checkout, "tag", "v1")
    assert revision.of_code() == commit
    (checkout / "code.py").write_text("two")
    assert revision.of_code() == commit, "the process runs what it began with"
    revision.of_code.cache_clear()
    assert revision.of_code() == f"{commit}-dirty"


def test_without_a_checkout_it_is_the_build_argument(tmp_path, monkeypatch):
    monkeypatch.setattr(revision, "REPOSITORY", tmp_path)
    assert revision.of_code() == ""
    revision.of_code.cache_clear()
    monkeypatch.setenv("COLORWEB_REVISION", "0123456789ab")
    assert revision.of_code() == "0123456789ab"


@pytest.mark.django_db
def test_a_version_has_the_revision_of_its_card(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    assert networks.version(tmp_path, 1, code_revision="0123").code_revision == "0123"
    assert networks.version(tmp_path, 2).code_revision == ""
