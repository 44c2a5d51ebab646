from collections.abc import Iterator

import pytest
import yaml
from django.apps.registry import Apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client

from colorweb.accounts import tokens
from colorweb.accounts.models import User
from tests.jobs.document import DOCUMENT

VERSION_0_1 = [("jobs", "0017_webhook_tests"), ("ml", "0003_evaluations")]


@pytest.fixture
def old_rows() -> Iterator[Apps]:
    """The tables as version 0.1 had them; afterwards they are of today again."""
    executor = MigrationExecutor(connection)
    executor.migrate(VERSION_0_1)
    yield executor.loader.project_state(VERSION_0_1).apps
    call_command("migrate", verbosity=0)


@pytest.fixture
def ada() -> User:
    """Somebody with an account."""
    return User.objects.create_user("ada@example.org")


@pytest.fixture
def browser(ada: User) -> Client:
    """A browser in which Ada is logged in."""
    client = Client()
    client.force_login(ada)
    return client


@pytest.fixture
def script(ada: User) -> Client:
    """A program with a token of Ada's."""
    _, secret = tokens.create(ada, "test", ["read", "write"])
    return Client(headers={"Authorization": f"Bearer {secret}"})


@pytest.fixture(scope="session")
def document() -> dict:
    return yaml.safe_load(DOCUMENT.read_text())
