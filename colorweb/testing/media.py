"""Files of the storage's folder, as if they lay there for long."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

from django.conf import settings


def age(name: str, by: timedelta) -> None:
    """Makes a stored file, or all files of a folder, older."""
    path = Path(settings.MEDIA_ROOT) / name
    moment = time.time() - by.total_seconds()
    for file in path.iterdir() if path.is_dir() else [path]:
        os.utime(file, (moment, moment))
