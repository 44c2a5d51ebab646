"""What the programs that need it are asked after Django's set-up: the right key, static files."""

from __future__ import annotations

import os
from pathlib import Path

import django
from django.db import DatabaseError, connections

from colorweb.refusal import refusal

NEED_KEY = ("web", "default")
STATIC_FILES = ("staticfiles.json", "manifest.json")
"""What `collectstatic` writes, and what it finds of a front end that was built."""


def check(program: str) -> None:
    """Raises SystemExit if this program cannot work here."""
    if program == "gpu":
        check_model()
    if program not in NEED_KEY:
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "colorweb.settings")
    django.setup()
    _check_key()
    if program == "web":
        check_static_files()


def _check_key() -> None:
    from colorweb.accounts import site_key  # noqa: PLC0415 - needs django.setup()

    try:
        site_key.check()
    except DatabaseError as error:
        # The program answers that itself, and works once the database does.
        print(f"colorweb: SECRET_KEY was not compared with the database's: {error}", flush=True)
    finally:
        connections.close_all()


def check_model() -> None:
    """Raises SystemExit if the network is missing that colors until a version is promoted."""
    from ml.versions import catalog  # noqa: PLC0415 - slow, for one program only

    try:
        catalog.default()
    except LookupError as error:
        raise refusal(f"COLORWEB_MODEL: {error}") from error


def check_static_files() -> None:
    """Raises SystemExit if pages would lack their scripts and styles."""
    from django.conf import settings  # noqa: PLC0415 - needs django.setup()

    root = Path(settings.STATIC_ROOT)
    if missing := [name for name in STATIC_FILES if not (root / name).exists()]:
        raise refusal(
            f"Static files are missing in {root} ({', '.join(missing)}). Build the front end "
            "(make setup), then collect them: python manage.py collectstatic --no-input"
        )
