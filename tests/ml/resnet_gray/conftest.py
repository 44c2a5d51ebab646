"""What several files share."""

import pytest

from ml.resnet_gray.data import data
from tests.ml import colors


@pytest.fixture(scope="module")
def photos(tmp_path_factory) -> data.Photos:
    """Twelve colorful photos, read."""
    return data.load([colors.folder(tmp_path_factory.mktemp("photos"), 12)])
