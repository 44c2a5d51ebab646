"""The guide to the API is a page of the site."""

import re

import pytest

pytestmark = pytest.mark.django_db
PAGE = "/api/guide/"


@pytest.fixture
def text(client) -> str:
    answer = client.get(PAGE)
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_has_the_sites_own_address(text, settings):
    assert f"{settings.SITE_URL}/api/v1/jobs/" in text
    assert '<h2 id="a-first-photo">A first photo</h2>' in text


def test_its_links_lead_somewhere(client, text):
    addresses = set(re.findall(r'href="(/[^"#?]*)"', text[text.index("<main") :]))
    assert {"/api/schema/", "/api/docs/"} <= addresses
    assert [address for address in addresses if client.get(address).status_code >= 400] == []


def test_it_is_linked_from_every_page_and_from_the_account(client, django_user_model):
    assert f'href="{PAGE}"' in client.get("/").content.decode()
    client.force_login(django_user_model.objects.create_user("ada@example.org"))
    for page in ("tokens", "webhooks"):
        assert f'href="{PAGE}"' in client.get(f"/account/{page}/").content.decode()
