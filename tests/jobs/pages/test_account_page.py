"""What the account page lets people decide."""

import pytest
from django.test import Client
from django.utils import timezone

from colorweb.accounts import consent, tokens
from colorweb.accounts.models import ApiToken, User
from colorweb.accounts.visitors import Visitor
from colorweb.testing import pictures
from jobs.photos import intake
from tests import accounts

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("path", "use"), [("training", "photos_for_training"), ("mends", "mends_for_learning")]
)
def test_nothing_is_learned_from_photos_until_their_owner_agrees(browser, ada, path, use):
    assert getattr(ada, use) is None
    assert browser.get("/account/").content.decode().count("Not allowed.") == 2
    browser.post(f"/account/{path}/", {"agree": ""})
    ada.refresh_from_db()
    assert getattr(ada, use) is not None
    assert browser.get("/account/").content.decode().count("You have allowed it since") == 1
    browser.post(f"/account/{path}/")
    ada.refresh_from_db()
    assert getattr(ada, use) is None


def test_agreeing_twice_keeps_the_first_day(ada):
    consent.give(ada, "photos_for_training")
    first = User.objects.get().photos_for_training
    consent.give(ada, "photos_for_training")
    assert User.objects.get().photos_for_training == first


def test_nobody_agrees_without_an_account(client):
    answer = client.post("/account/training/", {"agree": ""})
    assert answer["Location"].startswith("/account/login/")


def make_token(browser, **fields):
    data = {"name": "nightly", "scopes": ["read"], "days": "30"} | fields
    return browser.post("/account/tokens/new/", data)


@pytest.fixture
def proven() -> Client:
    """A browser whose owner gave the password a moment ago."""
    client = Client()
    accounts.sign_up(client)
    accounts.prove(client)
    return client


def test_a_token_made_here_is_shown_once_and_works(proven):
    user = User.objects.get()
    made = make_token(proven)
    secret = made.context["secret"]
    assert secret in made.content.decode()
    token = user.api_tokens.get()
    assert (token.name, token.scopes) == ("nightly", ["read"])
    assert token.expires_at
    assert 29 <= (token.expires_at - timezone.now()).days <= 30
    me = Client().get("/api/v1/me/", headers={"Authorization": f"Bearer {secret}"})
    assert me.json()["email"] == user.email
    listed = proven.get("/account/tokens/").content.decode()
    assert secret not in listed
    assert "nightly" in listed


def test_making_a_token_asks_who_is_there():
    browser = Client()
    accounts.sign_up(browser)
    assert "reauthenticate" in make_token(browser)["Location"]
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize("fields", [{"name": ""}, {"scopes": []}, {"scopes": ["staff"]}])
def test_a_token_without_a_name_or_with_what_one_may_not_do_is_refused(proven, fields):
    assert make_token(proven, **fields).status_code == 400
    assert not ApiToken.objects.exists()


def test_a_withdrawn_token_opens_nothing(proven):
    token, secret = tokens.create(User.objects.get(), "old", ["read"])
    stranger = Client()
    stranger.force_login(User.objects.create_user("bob@example.org"))
    address = f"/account/tokens/{token.pk}/withdraw/"
    assert stranger.post(address).status_code == 404
    proven.post(address)
    answer = Client().get("/api/v1/jobs/", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 401


def test_an_account_has_so_many_tokens_and_no_more(proven, monkeypatch):
    monkeypatch.setattr(tokens, "MAX_TOKENS", 1)
    make_token(proven)
    assert "no longer need" in make_token(proven).content.decode()
    assert ApiToken.objects.count() == 1


def test_new_photos_get_the_accounts_look_unless_another_is_asked_for(browser, ada):
    browser.post("/account/look/", {"vividness": "1.5", "tones": "0.25"})
    page = browser.get("/account/").content.decode()
    assert 'name="vividness" min="0" max="2" step="0.05" value="1.5"' in page
    visitor = Visitor(user=User.objects.get(pk=ada.pk), guest="", address="192.0.2.1")
    for vividness, expected in ((None, (1.5, 0.25)), (0.5, (0.5, 0.25))):
        options = intake.Options(vividness=vividness)
        sent = intake.accept(pictures.upload(), visitor, options)
        assert sent.photo.look == expected
        assert sent.look == expected
