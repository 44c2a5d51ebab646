import shutil

import pytest
from django.conf import settings


@pytest.fixture(autouse=True)
def empty_media() -> None:
    """No file of an earlier test."""
    shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)
