"""What a share link opens, and until when."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from jobs.models import ShareLink
from jobs.sharing import links
from tests.jobs.access import BY_PHOTO, REFUSED, SAFE, SEE, TABLE, address_of, photo_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", ["private", "hidden", "trashed"])
@pytest.mark.parametrize("end", ["valid", "right password", "wrong password", "expired", "revoked"])
def test_a_share_link_opens_page_and_files_while_it_lasts(state, end, owner):
    job = photo_in(state, owner)
    link = links.make(job.photo, password="right" if "password" in end else "")
    guest = Client()
    page = reverse("shared", args=[link.token])
    guest.post(page, {"password": end.removesuffix(" password")})
    if end == "expired":
        ShareLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    if end == "revoked":
        links.revoke(job.photo, link.pk)
    answers = {page: 200 if end == "wrong password" else None}  # the question for the password
    answers[reverse("shared-picture", args=[link.token])] = 404 if "password" in end else None
    for method, name, what, allowed in TABLE:
        by_job = allowed is SEE and name not in BY_PHOTO and not name.startswith("api-")
        if method == SAFE and by_job:
            answers[address_of(name, what, job)] = None
    open_ = state == "private" and end in ("valid", "right password")
    for address, special in answers.items():
        status = guest.get(address).status_code
        if special and state == "private":
            assert status == special, address
        else:
            assert (status not in REFUSED) == open_, address
    stranger = Client()
    assert {stranger.get(a).status_code for a in answers if a != page} - {404} <= (
        {200} if open_ and end == "valid" else set()
    )
