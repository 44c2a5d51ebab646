"""Accounts and installations for tests."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from colorweb.accounts.models import User
from tests.accounts import prove, sign_up


@pytest.fixture
def var_dir() -> Iterator[Path]:
    """A folder for an installation, with a path short enough for sockets wherever tests run."""
    with tempfile.TemporaryDirectory(prefix="var-") as folder:
        yield Path(folder)


@pytest.fixture
def mail_arrives(settings):
    """The settings of a site with a mail server."""
    settings.MAIL_ARRIVES = True
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    settings.ACCOUNT_PREVENT_ENUMERATION = True
    settings.MFA_ALLOW_UNVERIFIED_EMAIL = False


@pytest.fixture
def ann(client) -> User:
    """An account, logged in with `client`, its password given just now."""
    sign_up(client)
    prove(client)
    return User.objects.get()
