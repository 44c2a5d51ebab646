"""Data sets for tests."""

from django.core.files.base import ContentFile

from ml.datasets import check, manage
from ml.models import DataSet
from tests.ml import colors


def upload(tmp_path, files: dict[str, bytes]) -> DataSet:
    tar = colors.tar(tmp_path / "photos.tar", files)
    return manage.add("upload", "Ours", file=ContentFile(tar.read_bytes(), "photos.tar"))


def checked(data_set: DataSet) -> DataSet:
    check.work()
    data_set.refresh_from_db()
    return data_set
