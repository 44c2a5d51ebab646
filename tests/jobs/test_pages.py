"""What the pages promise, as a browser without JavaScript meets them."""

import re

import pytest
from django.test import Client

from jobs import queue, states
from jobs.models import Job, Photo, State
from tests import pictures

pytestmark = pytest.mark.django_db(transaction=True)


def send(client: Client, *uploads):
    return client.post("/", {"image": list(uploads)})


def test_one_photo_leads_to_its_page(client):
    answer = send(client, pictures.upload())
    assert (answer.status_code, answer["Location"]) == (302, f"/jobs/{Job.objects.get().pk}/")


def test_many_photos_lead_back_to_the_list(client):
    answer = send(client, pictures.upload("a.jpg"), pictures.upload("b.jpg"))
    assert (answer.status_code, answer["Location"]) == (302, "/")
    page = client.get("/").content.decode()
    assert "a.jpg" in page
    assert "b.jpg" in page


def test_a_newcomer_is_one_guest_from_the_first_page_on():
    newcomer = Client()
    newcomer.get("/")
    cookie = newcomer.cookies["guest"].value
    for _ in range(2):
        tab = Client()
        tab.cookies["guest"] = cookie
        send(tab, pictures.upload())
    assert Photo.objects.values("guest").distinct().count() == 1


def test_a_bad_photo_is_named_and_the_good_one_goes_on(client):
    answer = send(client, pictures.upload("good.jpg"), pictures.upload("bad.jpg", b"no photo"))
    assert answer.status_code == 400
    assert [error["name"] for error in answer.context["upload_errors"]] == ["bad.jpg"]
    assert Photo.objects.get().name == "good.jpg"


def test_a_form_without_a_photo_says_so(client):
    answer = client.post("/", {})
    assert answer.context["upload_errors"][0]["code"] == "no_photo"


def test_the_sample_is_a_photo_like_any_other(client):
    answer = client.post("/sample/")
    assert answer["Location"] == f"/jobs/{Job.objects.get().pk}/"


def test_a_waiting_page_refreshes_itself_without_javascript(client):
    send(client, pictures.upload())
    page = client.get(f"/jobs/{Job.objects.get().pk}/").content.decode()
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in page


def test_anothers_page_is_not_found(client):
    send(client, pictures.upload())
    assert Client().get(f"/jobs/{Job.objects.get().pk}/").status_code == 404


def test_publishing_opens_page_and_files_and_unpublishing_closes_them(client):
    send(client, pictures.upload())
    job = Job.objects.get()
    queue.claim("test")
    states.change(job.pk, State.SUCCEEDED, fence=1, result=job.photo.source)
    stranger = Client()
    addresses = [f"/jobs/{job.pk}/", f"/files/{job.pk}/result", f"/files/{job.pk}/grey_card"]
    assert [stranger.get(address).status_code for address in addresses] == [404, 404, 404]
    client.post(f"/jobs/{job.pk}/publish/", {"title": " Harvest "})
    assert [stranger.get(address).status_code for address in addresses] == [200, 200, 200]
    assert "Harvest" in stranger.get("/gallery/").content.decode()
    client.post(f"/jobs/{job.pk}/unpublish/")
    assert [stranger.get(address).status_code for address in addresses] == [404, 404, 404]


def test_a_stranger_cannot_delete_publish_or_cancel(client):
    send(client, pictures.upload())
    job = Job.objects.get()
    for act in ("delete", "publish", "unpublish", "cancel", "retry"):
        assert Client().post(f"/jobs/{job.pk}/{act}/").status_code == 404
    assert Job.objects.get().state == "queued"


def test_delete_takes_rows_and_files(client, settings):
    send(client, pictures.upload())
    photo = Photo.objects.get()
    client.post(f"/jobs/{Job.objects.get().pk}/delete/")
    assert not Photo.objects.exists()
    assert not (settings.MEDIA_ROOT / photo.folder).exists()


def test_pages_carry_the_strict_policy_and_no_inline_code(client):
    send(client, pictures.upload())
    for path in ("/", "/gallery/", f"/jobs/{Job.objects.get().pk}/"):
        answer = client.get(path)
        policy = answer["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "img-src 'self' data: blob:" in policy
        assert "unsafe" not in policy
        page = answer.content.decode()
        assert not re.search(r"\sstyle=|\son\w+=|<style", page)
        assert not re.search(r"<script(?![^>]*(src=|type=\"application/json\"))", page)


def test_pages_speak_russian_too(client):
    assert '<html lang="ru">' in client.get("/", headers={"accept-language": "ru"}).content.decode()
