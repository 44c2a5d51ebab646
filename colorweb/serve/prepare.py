"""What has to be true before the processes start: tables, static files, bucket, first account."""

from __future__ import annotations

import os
from io import StringIO
from typing import Any

import django
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import DatabaseError, connections

from colorweb import runtime
from colorweb.refusal import refusal
from colorweb.serve.checks import check_static_files


def prepare() -> None:
    """Brings database, storage and static files up to date. Raises SystemExit with a sentence."""
    if bool(os.environ.get("ADMIN_EMAIL")) != bool(runtime.environment_value("ADMIN_PASSWORD")):
        raise refusal("ADMIN_EMAIL and ADMIN_PASSWORD make the first account only together.")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "colorweb.settings")
    django.setup()
    from colorweb.accounts import site_key  # noqa: PLC0415 - needs django.setup()
    from colorweb.http import static  # noqa: PLC0415

    _make_bucket()
    try:
        call_command("migrate", interactive=False, verbosity=0)
        site_key.record()
        _make_roles()
        _make_staff_account()
    except DatabaseError as error:
        raise refusal(f"The database does not answer as it should: {error}") from error
    finally:
        connections.close_all()
    _mark_storage()
    if not os.environ.get("STATIC_DIR"):  # else they are there already, and not ours to write
        static.collect()
    check_static_files()
    _run_checks()


def _run_checks() -> None:
    """Django's own checks, once for all programs."""
    try:
        call_command("check", stdout=StringIO())
    except SystemCheckError as error:
        raise refusal(str(error)) from error


def _make_bucket() -> None:
    """The bucket of S3_BUCKET, so that an empty storage server is enough to begin with."""
    from django.core.files.storage import default_storage  # noqa: PLC0415 - needs django.setup()

    if not os.environ.get("S3_BUCKET"):
        return
    try:
        default_storage.make_bucket()  # type: ignore[attr-defined]
    except Exception as error:
        raise refusal(f"The storage does not answer as it should: {error}") from error


def _mark_storage() -> None:
    """The id of this installation, in database and storage: workers stop at another one."""
    from colorweb.accounts import installation  # noqa: PLC0415 - needs django.setup()

    try:
        installation.mark()
    except installation.WrongStorage as error:
        raise refusal(
            f"{error} Give this site a bucket or folder of its own. If its database was lost, "
            f"restore a backup, or delete the file {installation.MARKER!r} from the storage."
        ) from error
    except Exception as error:
        raise refusal(f"The storage does not answer as it should: {error}") from error
    finally:
        connections.close_all()


def _make_roles() -> None:
    from colorweb.accounts import roles  # noqa: PLC0415 - needs django.setup()

    roles.make()


def _make_staff_account() -> None:
    """The account of ADMIN_EMAIL, unless somebody has it already."""
    from django.contrib.auth import get_user_model  # noqa: PLC0415 - needs django.setup()
    from django.contrib.auth.password_validation import validate_password  # noqa: PLC0415

    email, password = os.environ.get("ADMIN_EMAIL"), runtime.environment_value("ADMIN_PASSWORD")
    users: Any = get_user_model().objects
    if not email or users.filter(email__iexact=email).exists():
        return
    try:
        validate_password(password)
    except ValidationError as error:
        raise refusal(f"ADMIN_PASSWORD: {' '.join(error.messages)}") from error
    users.create_superuser(email=email, password=password)
