"""What reports and the staff's decisions do to public photos."""

import pytest
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from rest_framework.settings import api_settings

from colorweb.accounts.models import User
from jobs.models import Photo, Report
from jobs.photos import visibility
from jobs.sharing import moderation
from tests.jobs import make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def staff() -> Client:
    User.objects.create_superuser("staff@example.org", "pw")
    client = Client()
    client.force_login(User.objects.get())
    return client


@pytest.fixture
def owner() -> Client:
    client = Client()
    client.get("/")
    return client


def guest_of(client: Client) -> str:
    return client.cookies["guest"].value.split(":")[0]


def act(staff: Client, model: str, action: str, *rows):
    fields = {"action": action, "_selected_action": [str(row.pk) for row in rows]}
    return staff.post(f"/admin/jobs/{model}/", fields, follow=True)


def test_a_report_reaches_the_staffs_list_once_for_each_visitor(client, staff):
    photo = make.public_photo("Harvest")
    address = f"/photos/{photo.pk}/report/"
    answer = client.post(address, {"reason": "privacy", "text": " It is my aunt. "}, follow=True)
    assert "Thank you." in answer.content.decode()
    client.post(address, {"reason": "rights"})
    report = Report.objects.get()
    assert (report.reason, report.text) == ("rights", "")
    listed = staff.get("/admin/jobs/report/").content.decode()
    assert "it belongs to somebody else" in listed
    assert f"/files/{photo.version_id}/card" in listed


def test_a_report_is_decided_by_the_buttons_beside_it(staff):
    first, second = make.public_photo("Harvest"), make.public_photo("Well")
    for photo in (first, second):
        moderation.report(make.guest(1), photo, "rights")
    pages = [f"/admin/jobs/report/{each.pk}/" for each in Report.objects.order_by("pk")]
    hide, dismiss = f"{pages[0]}hide/", f"{pages[1]}dismiss/"
    assert f'formaction="{hide}"' in staff.get("/admin/jobs/report/").content.decode()
    assert f'formaction="{dismiss}"' in staff.get(f"{pages[1]}change/").content.decode()
    assert [staff.post(address).status_code for address in (hide, dismiss)] == [302, 302]
    assert not Report.objects.filter(closed_at=None).exists()
    hidden = [bool(Photo.objects.get(pk=each.pk).hidden_for) for each in (first, second)]
    assert hidden == [True, False]
    assert Client().post(hide).status_code == 302, "to the login page"


def test_a_report_without_a_reason_is_asked_for_one(client):
    answer = client.post(f"/photos/{make.public_photo().pk}/report/", {"reason": "x"}, follow=True)
    assert "Say what is wrong" in answer.content.decode()
    assert not Report.objects.exists()


def test_reports_are_throttled(client, monkeypatch):
    monkeypatch.setitem(api_settings.DEFAULT_THROTTLE_RATES, "report", "1/hour")
    address = f"/photos/{make.public_photo().pk}/report/"
    answers = [client.post(address, {"reason": "spam"}).status_code for _ in range(2)]
    assert answers == [302, 429]


def test_a_hidden_photo_is_gone_for_everybody_but_its_owner_who_reads_why(owner, client):
    photo = make.public_photo("Harvest", guest_of(owner))
    moderation.report(make.guest(1), photo, "rights")
    moderation.hide([photo])
    pages = [f"/photos/{photo.pk}/", f"/jobs/{photo.version_id}/"]
    for address in (*pages, f"/files/{photo.version_id}/card"):
        assert client.get(address).status_code == 404
    assert "Harvest" not in client.get("/gallery/").content.decode()
    assert client.get("/api/v1/gallery/").json()["results"] == []
    assert client.post(f"/photos/{photo.pk}/like/").status_code == 404
    assert client.post(f"/photos/{photo.pk}/report/").status_code == 404
    for address in pages:
        page = owner.get(address).content.decode()
        assert "The reason: it belongs to somebody else." in page


def test_its_owner_cannot_bring_a_hidden_photo_back(owner, client):
    photo = make.public_photo("Harvest", guest_of(owner))
    moderation.hide([photo])
    job = photo.version_id
    owner.post(f"/jobs/{job}/unpublish/")
    owner.post(f"/jobs/{job}/publish/")
    assert client.get(f"/photos/{photo.pk}/").status_code == 404


def test_staff_hide_and_show_again_from_the_admin(staff, client):
    photo = make.public_photo()
    moderation.report(make.guest(1), photo, "spam")
    act(staff, "publicphoto", "hide", photo)
    photo.refresh_from_db()
    assert photo.hidden_for == "spam"
    assert Report.objects.get().closed_at
    assert staff.get(f"/photos/{photo.pk}/").status_code == 200
    act(staff, "publicphoto", "show_again", photo)
    assert client.get(f"/photos/{photo.pk}/").status_code == 200


def test_staff_hide_from_the_list_of_reports_or_dismiss_them(staff):
    bad, good = make.public_photo(), make.public_photo()
    for photo in (bad, good):
        moderation.report(make.guest(1), photo, "offense")
    act(staff, "report", "hide", bad.reports.get())
    act(staff, "report", "dismiss", good.reports.get())
    assert [photo.hidden_for for photo in Photo.objects.order_by("created_at")] == ["offense", ""]
    assert not Report.objects.filter(closed_at=None).exists()
    assert "card" not in staff.get("/admin/jobs/report/").content.decode()


def test_staff_remove_a_photo_with_its_files(staff):
    photo = make.public_photo()
    name = default_storage.save(f"{photo.folder}/gray_card.jpg", ContentFile(b"x"))
    fields = {"action": "delete_selected", "_selected_action": str(photo.pk), "post": "yes"}
    staff.post("/admin/jobs/publicphoto/", fields)
    assert not Photo.objects.exists()
    assert not default_storage.exists(name)


def test_staff_without_the_permission_only_look(client):
    helper = User.objects.create_user("helper@example.org", is_staff=True)
    client.force_login(helper)
    photo = make.public_photo()
    assert client.get("/admin/jobs/publicphoto/").status_code == 403
    act(client, "publicphoto", "hide", photo)
    photo.refresh_from_db()
    assert photo.hidden_for == ""


def test_private_photos_are_not_in_the_list_of_public_ones(staff):
    photo = make.public_photo("Harvest")
    visibility.unpublish(photo)
    make.photo(title="Private")
    listed = staff.get("/admin/jobs/publicphoto/").content.decode()
    assert "Harvest" not in listed
    assert "Private" not in listed


def test_what_lies_in_the_trash_is_shown_to_the_staff_neither(staff):
    photo = make.public_photo("Harvest")
    moderation.report(make.guest(1), photo, "other")
    picture = f"/files/{photo.version_id}/card"
    lists = ("/admin/jobs/publicphoto/", "/admin/jobs/report/")
    assert all(picture in staff.get(page).content.decode() for page in lists)
    Photo.objects.update(trashed_at=timezone.now())
    assert not any(picture in staff.get(page).content.decode() for page in lists)


def test_the_consoles_first_page_counts_what_waits_for_a_look(staff):
    photos = [make.public_photo("one"), make.public_photo("two")]
    for number, photo in ((1, photos[0]), (2, photos[0]), (1, photos[1])):
        moderation.report(make.guest(number), photo, "other")
    page = staff.get("/admin/").content.decode()
    assert "2 reported photos wait for a look" in page
    assert 'href="/admin/jobs/report/"' in page
    moderation.dismiss(Report.objects.all())
    assert "No report waits" in staff.get("/admin/").content.decode()


def test_reports_are_counted_for_those_who_may_read_them(client):
    user = User.objects.create_user("helper@example.org", is_staff=True)
    client.force_login(user)
    assert client.get("/admin/").context["reports"] is None
    user.user_permissions.add(Permission.objects.get(codename="view_report"))
    assert "No report waits" in client.get("/admin/").content.decode()
