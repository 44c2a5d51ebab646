"""A database belongs to one SECRET_KEY, and a new one takes over what the old one made."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt, encrypt
from django.core.management import CommandError, call_command

from colorweb.accounts import site_key, visitors
from colorweb.accounts.models import SiteKey, User
from colorweb.accounts.visitors import Visitor
from jobs.models import ShareLink
from jobs.webhooks import endpoints

pytestmark = pytest.mark.django_db
OLD, NEW = "the old key", "the new key"


@pytest.fixture(autouse=True)
def old_key(settings):
    settings.SECRET_KEY = OLD


@pytest.fixture
def rotated(settings):
    def rotated():
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]

    return rotated


@pytest.fixture
def secrets(db):
    """An endpoint with its secret, and an account's second factor."""
    user = User.objects.create_user("ada@example.org", "a long enough pass phrase")
    endpoint, secret = endpoints.create(user, "https://ada.example/hook", ["job.succeeded"])
    factor = Authenticator.objects.create(
        user=user, type=Authenticator.Type.TOTP, data={"secret": encrypt("ABCDEF")}
    )
    codes = Authenticator.objects.create(
        user=user,
        type=Authenticator.Type.RECOVERY_CODES,
        data={"seed": encrypt("seed"), "used_mask": 5},
    )
    return endpoint, secret, factor, codes


def test_the_first_key_becomes_the_databases():
    site_key.record()
    site_key.check()
    assert SiteKey.objects.get().fingerprint == site_key.fingerprint(OLD)


def test_another_key_is_refused(settings):
    site_key.record()
    settings.SECRET_KEY = NEW
    with pytest.raises(SystemExit, match="SECRET_KEY is not the key of this database"):
        site_key.check()
    with pytest.raises(SystemExit, match="SECRET_KEY is not the key of this database"):
        site_key.record()


def test_a_new_key_beside_the_old_one_is_accepted(rotated):
    site_key.record()
    rotated()
    site_key.check()


def test_secrets_are_read_with_the_new_key_alone_after_rotation(settings, rotated, secrets):
    site_key.record()
    rotated()
    call_command("rotate_key")
    settings.SECRET_KEY_FALLBACKS = []

    endpoint, secret, factor, codes = secrets
    for row in (endpoint, factor, codes):
        row.refresh_from_db()
    assert endpoints.secrets_of(endpoint) == [secret]
    assert decrypt(factor.data["secret"]) == "ABCDEF"
    assert (decrypt(codes.data["seed"]), codes.data["used_mask"]) == ("seed", 5)
    site_key.check()
    settings.SECRET_KEY = OLD
    with pytest.raises(SystemExit):
        site_key.check()


def test_a_rotation_that_would_lose_secrets_changes_nothing(settings, secrets):
    site_key.record()
    settings.SECRET_KEY = NEW
    with pytest.raises(CommandError, match="3 of 3 secrets open with neither"):
        call_command("rotate_key")
    settings.SECRET_KEY = OLD
    site_key.check()


def test_a_lost_key_can_be_given_up(settings, secrets):
    site_key.record()
    settings.SECRET_KEY = NEW
    call_command("rotate_key", "--lost")
    site_key.check()


def test_a_machine_without_the_sites_key_makes_no_other_one_the_databases(monkeypatch):
    site_key.record()
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.setenv("DATABASE_URL", "postgres://colorweb@db.example/colorweb")
    with pytest.raises(SystemExit, match="but SECRET_KEY is not set"):
        call_command("rotate_key")
    assert SiteKey.objects.get().fingerprint == site_key.fingerprint(OLD)


def test_guests_cookies_and_tokens_of_the_old_key_still_open(settings, rotated):
    guest = Visitor(user=None, guest="ab" * 16, address="")
    token = guest.token
    rotated()
    assert visitors.guest_key(token) == guest.guest
    assert guest.token != token
    settings.SECRET_KEY_FALLBACKS = []
    assert visitors.guest_key(token) is None


def test_a_browser_that_a_link_let_in_stays_in(settings, rotated):
    link = ShareLink(token="token", password="hash")
    grant = link.grant
    rotated()
    assert link.lets_in([grant])
    settings.SECRET_KEY_FALLBACKS = []
    assert not link.lets_in([grant])
