"""What an installation writes is its user's alone."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from colorweb.runtime import REPOSITORY


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def prepared(tmp_path):
    """A var folder that `prepare` made, over what an earlier version left."""
    var = tmp_path / "var"
    var.mkdir(mode=0o755)
    (var / "secret_key").write_text("an old key")
    (var / "secret_key").chmod(0o644)
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("DJANGO")
    }
    environment |= {"VAR_DIR": str(var), "DATABASE_URL": f"sqlite:///{var}/db.sqlite3"}
    command = [sys.executable, "-m", "colorweb.serve", "prepare"]
    subprocess.run(command, cwd=REPOSITORY, env=environment, timeout=120, check=True, umask=0o022)
    return var


def test_nobody_else_on_the_machine_reads_what_is_in_var(prepared):
    assert mode(prepared) == 0o700
    files = {path.name: mode(path) for path in prepared.iterdir() if path.is_file()}
    assert files["secret_key"] == files["db.sqlite3"] == 0o600
    assert set(files.values()) == {0o600}
    folders = {path.name: mode(path) for path in prepared.iterdir() if path.is_dir()}
    assert folders.pop("static") == 0o755  # what everybody may fetch
    assert set(folders.values()) == {0o700}


def test_a_command_that_comes_before_prepare_closes_the_folder_too(tmp_path):
    """Such as `manage.py restore` on a new machine."""
    var = tmp_path / "var"
    var.mkdir(mode=0o755)
    environment = {**os.environ, "VAR_DIR": str(var), "SECRET_KEY": "not made here"}
    command = [sys.executable, "-c", "import colorweb.settings"]
    subprocess.run(command, cwd=REPOSITORY, env=environment, timeout=120, check=True, umask=0o022)
    assert mode(var) == 0o700


def test_stored_photos_are_readable_by_the_site_alone(settings):
    name = default_storage.save("photos/aa/x/one.jpg", ContentFile(b"x"))
    path = Path(settings.MEDIA_ROOT) / name
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)
