import pytest
from django.test import Client

from colorweb.accounts.models import User
from tests.jobs.access import EVERYBODY


@pytest.fixture
def owner() -> User:
    return User.objects.create_user("owner@example.org")


@pytest.fixture
def clients(owner: User) -> dict[str, Client]:
    """A browser of everybody."""
    clients = {who: Client() for who in sorted(EVERYBODY)}
    clients["owner"].force_login(owner)
    clients["other"].force_login(User.objects.create_user("other@example.org"))
    clients["staff"].force_login(User.objects.create_superuser("staff@example.org", "pw"))
    clients["visitor"].get("/")
    return clients
