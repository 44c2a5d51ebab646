import pytest
from django.test import Client

from colorweb.accounts import tokens
from colorweb.accounts.models import User
from tests.jobs import document as openapi


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
    return openapi.read()
