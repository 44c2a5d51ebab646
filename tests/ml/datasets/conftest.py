import shutil
from pathlib import Path

import pytest
from django.conf import settings as configured


@pytest.fixture(autouse=True)
def empty_media() -> None:
    """No file of an earlier test."""
    shutil.rmtree(configured.MEDIA_ROOT, ignore_errors=True)


@pytest.fixture
def root(settings, tmp_path) -> Path:
    """The one folder on the server that may be used."""
    folder = tmp_path / "root"
    folder.mkdir()
    settings.DATA_ROOTS = [str(folder)]
    return folder
