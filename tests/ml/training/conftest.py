import shutil
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.core.files.base import ContentFile

from ml.datasets import check, manage
from ml.models import DataSet
from tests.ml import colors
from tests.ml.datasets.pictures import photo


@pytest.fixture(autouse=True)
def empty_media(settings, tmp_path) -> None:
    """No file of an earlier test, and runs in a folder of their own."""
    shutil.rmtree(configured.MEDIA_ROOT, ignore_errors=True)
    settings.TRAINING_DIR = tmp_path / "training"


@pytest.fixture
def data_set(tmp_path) -> DataSet:
    """Twenty photos, checked: eighteen to learn from."""
    return make_data_set(tmp_path, 20)


def make_data_set(folder: Path, count: int) -> DataSet:
    files = {f"{seed}.png": colors.png(photo(seed)) for seed in range(count)}
    tar = colors.tar(folder / "photos.tar", files)
    made = manage.add("upload", "Ours", file=ContentFile(tar.read_bytes(), "photos.tar"))
    check.work()
    made.refresh_from_db()
    return made
