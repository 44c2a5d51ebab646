"""What the pages promise, as a browser without JavaScript meets them."""

import re
from io import BytesIO

import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.test import Client
from PIL import Image

from colorweb.testing import pictures
from jobs.models import Job, Photo, State
from jobs.queue import claims, states
from jobs.storage import files

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
    claims.claim("test")
    states.change(job.pk, State.SUCCEEDED, fence=1, result=job.photo.source)
    stranger = Client()
    addresses = [f"/jobs/{job.pk}/", f"/files/{job.pk}/result", f"/files/{job.pk}/gray_card"]
    assert [stranger.get(address).status_code for address in addresses] == [404, 404, 404]
    client.post(f"/jobs/{job.pk}/publish/", {"title": " Harvest "})
    addresses[0] = stranger.get(addresses[0])["Location"]
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


def test_a_photo_that_had_color_is_shown_gray_ours_and_as_it_was(client):
    buffer = BytesIO()
    colors = np.random.default_rng(0).integers(0, 256, (6, 8, 3), np.uint8)
    Image.fromarray(colors).resize((320, 240), Image.Resampling.NEAREST).save(buffer, "PNG")
    send(client, pictures.upload("red.png", buffer.getvalue()))
    job = Job.objects.get()
    claims.claim("test")
    states.change(job.pk, State.SUCCEEDED, fence=1, result=job.photo.source)
    page = client.get(f"/jobs/{job.pk}/").content.decode()
    assert 'figure class="original"' in page
    assert "This photo was already in color" in page
    assert client.get(f"/files/{job.pk}/original_preview").status_code == 200
    name = files.name_in(job.photo_id, "original_preview")
    with default_storage.open(name) as file, Image.open(file) as picture:
        assert np.ptp(np.asarray(picture.convert("RGB")), axis=2).max() > 100
    assert Client().get(f"/files/{job.pk}/original_preview").status_code == 404


def test_a_toned_print_is_seen_as_it_came_beside_the_others(client):
    toned = pictures.scene()[..., None] * np.array([1.0, 0.8, 0.6])
    send(client, pictures.upload("a.png", pictures.saved(Image.fromarray(np.uint8(toned)), "PNG")))
    job = Job.objects.get()
    claims.claim("test")
    states.change(job.pk, State.SUCCEEDED, fence=1, result=job.photo.source)
    page = client.get(f"/jobs/{job.pk}/").content.decode()
    assert 'figure class="original"' in page
    assert "data-side" not in page  # before and after, until they are asked for side by side
    assert "already in color" not in page
    assert client.get(f"/files/{job.pk}/original_preview").status_code == 200
    with default_storage.open(files.name_in(job.photo_id, "original_preview")) as file:
        assert pictures.chroma(file.read()) > 20


def test_a_gray_photo_has_no_other_original(client):
    send(client, pictures.upload())
    job = Job.objects.get()
    assert client.get(f"/files/{job.pk}/original_preview").status_code == 404


def test_photos_of_ones_own_lead_to_each_other(client):
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        send(client, pictures.upload(name))
    send(Client(), pictures.upload("other.jpg"))
    a, b, c = (Job.objects.get(photo__name=name) for name in ("a.jpg", "b.jpg", "c.jpg"))
    found = {job: client.get(f"/jobs/{job.pk}/").context for job in (a, b, c)}
    assert [found[job]["newer"] for job in (a, b, c)] == [b.pk, c.pk, None]
    assert [found[job]["older"] for job in (a, b, c)] == [None, a.pk, b.pk]


def test_a_photo_can_be_colored_again_with_other_options(client):
    send(client, pictures.upload())
    first = Job.objects.get()
    claims.claim("test")
    states.change(first.pk, State.SUCCEEDED, fence=1, result=first.photo.source)
    answer = client.post(f"/jobs/{first.pk}/again/", {"network_size": "128"})
    again = Job.objects.exclude(pk=first.pk).get()
    assert answer["Location"] == f"/jobs/{again.pk}/"
    assert (again.photo, again.network_size) == (first.photo, 128)
    assert Client().post(f"/jobs/{first.pk}/again/", {}).status_code == 404


def test_a_request_for_another_host_is_refused_on_a_page(client):
    answer = client.get("/", headers={"host": "elsewhere.example"})
    assert answer.status_code == 400
    assert "The site does not know this address" in answer.content.decode()
    assert "SITE_URL" in answer.content.decode()
