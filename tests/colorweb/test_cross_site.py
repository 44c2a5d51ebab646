"""Pages of other sites change nothing here, whether a cookie comes with their requests or not."""

import pytest
from django.test import Client

from colorweb.accounts import visitors
from colorweb.testing import pictures
from jobs.models import Photo

pytestmark = pytest.mark.django_db

UPLOADS = ("/api/v1/jobs/", "/")
OURS, EVIL, NAMED = "http://testserver", "https://evil.example", "https://partner.example"
TABLE = [
    # Origin, Sec-Fetch-Site, whether it is refused
    (None, None, False),  # a program
    (OURS, None, False),  # a browser, where the site has no TLS
    (OURS, "same-origin", False),
    (None, "same-origin", False),
    (None, "none", False),  # what somebody does in the address bar
    ("null", "same-origin", False),
    (NAMED, "cross-site", False),
    (NAMED, None, False),
    (EVIL, None, True),
    (EVIL, "cross-site", True),
    (None, "cross-site", True),
    ("null", None, True),  # a sandboxed frame
    ("null", "cross-site", True),
    (OURS, "cross-site", True),
    ("https://testserver", None, True),  # another scheme is another origin
    ("http://other.testserver", "same-site", True),  # a neighbor under the same domain
    (f"{OURS}.evil.example", None, True),
    (f"{NAMED}.evil.example", "cross-site", True),
]


def send(client: Client, address: str, origin: str | None, site: str | None, **headers: str):
    headers |= {"Origin": origin} if origin else {}
    headers |= {"Sec-Fetch-Site": site} if site else {}
    return client.post(address, {"image": pictures.upload()}, headers=headers)


@pytest.fixture(autouse=True)
def named(settings):
    settings.CSRF_TRUSTED_ORIGINS = [*settings.CSRF_TRUSTED_ORIGINS, NAMED]


@pytest.mark.parametrize(("origin", "site", "refused"), TABLE)
@pytest.mark.parametrize("address", UPLOADS)
def test_a_photo_is_taken_from_our_own_pages_programs_and_named_origins_only(
    address, origin, site, refused
):
    answer = send(Client(), address, origin, site)
    assert answer.status_code == (403 if refused else {UPLOADS[0]: 201}.get(address, 302))
    assert Photo.objects.exists() != refused


@pytest.mark.parametrize("address", UPLOADS)
def test_a_hostile_form_leaves_the_guests_cookie_alone(address):
    answer = send(Client(), address, EVIL, "cross-site")  # SameSite: it comes without ours
    assert answer.status_code == 403
    assert visitors.COOKIE not in answer.cookies
    assert not answer.cookies


def test_the_refusal_is_a_problem_for_programs_and_a_page_for_people():
    problem = send(Client(), "/api/v1/jobs/", EVIL, None).json()
    assert (problem["status"], problem["code"]) == (403, "cross_site")
    page = send(Client(headers={"Accept-Language": "ru"}), "/", EVIL, None)
    assert "Это пришло с другого сайта" in page.content.decode()


def test_a_bearer_token_may_come_from_anywhere():
    token = Client().get("/api/v1/me/").json()["guest_token"]
    header = {"Authorization": f"Bearer {token}"}
    assert send(Client(), "/api/v1/jobs/", EVIL, "cross-site", **header).status_code == 201


@pytest.mark.parametrize(
    "address",
    ["/account/login/", "/account/logout/", "/i18n/setlang/", "/admin/login/", "/sample/", "/x/"],
)
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_no_address_is_left_out(address, method):
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": EVIL}
    answer = getattr(Client(), method)(address, headers=headers)
    assert (answer.status_code, answer.context["code"]) == (403, "cross_site")


def test_links_from_other_sites_lead_here():
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": EVIL}
    assert Client().get("/", headers=headers).status_code == 200
