"""`photos/` and `albums/`: words, look, links, and who may read them."""

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.test import Client
from PIL import Image

from colorweb.testing import pictures
from jobs.models import Album, Job, Photo, Rendition, State
from jobs.queue import claims, states
from jobs.results import renditions
from jobs.results.rendering import complete
from jobs.storage import files
from ml.imaging.chroma import Chroma, render
from ml.imaging.tones import Tones
from tests.jobs import make

pytestmark = pytest.mark.django_db(transaction=True)

JSON = "application/json"

CHROMA = Chroma(np.full((6, 8, 2), 6, np.float32), np.full((6, 8, 2), 14, np.float32))


@pytest.fixture
def photo(script) -> Photo:
    """A photo of 320 x 240, colored by hand."""
    content = pictures.encoded("PNG")
    script.post("/api/v1/jobs/", {"image": pictures.upload(content=content), "format": "png"})
    job = Job.objects.get()
    claims.claim("test")
    job.refresh_from_db()
    with files.new_file(job.file("colors")) as file:
        file.write(CHROMA.to_png())
    for kind in ("result", "preview", "card", "gray"):
        with files.new_file(job.file(kind)) as file:
            Image.fromarray(render(gray(), CHROMA)).save(
                file, "JPEG" if kind != "result" else "PNG"
            )
    states.change(job.pk, State.SUCCEEDED, fence=1, result=job.file("result"))
    return Photo.objects.get()


def gray() -> np.ndarray:
    return np.repeat(pictures.scene()[..., None], 3, axis=2)


def patch(client: Client, photo: Photo, **changes: Any) -> Any:
    address = f"/api/v1/photos/{photo.pk}/"
    return client.patch(address, changes, content_type="application/json")


def work() -> int:
    """Make what waits, as a worker does; how many files."""
    made = 0
    while rendition := renditions.claim():
        complete(rendition, lambda _share: None)
        made += 1
    return made


def test_words_are_kept_and_those_left_out_stay(script, photo):
    words = {
        "title": "Harvest",
        "alt": "Four women",
        "caption": "After the rain.",
        "taken": "1895-08",
        "people": ["Anna", "Vera"],
    }
    assert patch(script, photo, **words).status_code == 200
    found = patch(script, photo, title="Harvest, 1895").json()
    assert {name: found[name] for name in words} == words | {"title": "Harvest, 1895"}


@pytest.mark.parametrize("taken", ["1895-13", "95", "1895-08-32", "1895-08-01x"])
def test_what_is_no_date_is_refused(script, photo, taken):
    assert patch(script, photo, taken=taken).status_code == 400


def test_a_look_is_one_revision_further_and_a_stale_one_changes_nothing(script, photo):
    look = patch(script, photo, look={"vividness": 1.5, "revision": 0}).json()["look"]
    assert look == {"vividness": 1.5, "tones": 0.0, "revision": 1}
    stale = patch(script, photo, title="x", look={"vividness": 0.2, "revision": 0})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_revision")
    photo.refresh_from_db()
    assert (photo.vividness, photo.title) == (1.5, "")
    assert patch(script, photo, look={"tones": 0.5}).json()["look"]["revision"] == 2


@pytest.mark.parametrize("look", [{"vividness": 1.6}, {"vividness": 0.3, "tones": 0.8}])
def test_every_place_shows_the_look_and_its_files_are_made_once(script, photo, look):
    patch(script, photo, look=look, visibility="public")
    job = Job.objects.get()
    work()
    address = f"/api/v1/photos/{photo.pk}/result/"
    assert script.get(address).status_code == 202
    assert work() == 1
    assert script.get(address).status_code == 302
    urls = Client().get("/api/v1/gallery/").json()["results"][0]["urls"]
    assert work() == 0
    photo.refresh_from_db()
    restored = Tones(photo.tones, photo.tone_low or 0, photo.tone_high or 100)
    expected = render(gray(), CHROMA, photo.vividness, tones=restored).astype(int)
    page = Client().get(f"/photos/{photo.pk}/").content.decode()
    gallery = Client().get("/gallery/").content.decode()
    for kind, text in (("preview", page), ("card", gallery)):
        place = urls[kind].removeprefix("http://testserver")
        assert place in text
        assert np.abs(opened(Client(), place) - expected).mean() <= 3, kind  # JPEG
    file = script.get(address)["Location"].removeprefix("http://testserver")
    assert np.abs(opened(script, file) - expected).max() <= 1
    assert Rendition.objects.filter(job=job).count() == 2  # the preview is as small as the card


def opened(client: Client, address: str) -> Any:
    answer = client.get(address)
    assert answer.status_code == 200
    name = (
        Rendition.objects.get(pk=address.rsplit("/", 1)[-1]).file if "renditions" in address else ""
    )
    if not name:
        name = Rendition.objects.get(format="jpeg").file
    with default_storage.open(name) as file:
        return np.asarray(Image.open(BytesIO(file.read())).convert("RGB")).astype(int)


def test_the_last_finished_file_is_served_while_a_new_one_is_made(script, photo):
    job = Job.objects.get()
    patch(script, photo, look={"vividness": 0.5}, visibility="public")
    address = script.get(f"/api/v1/jobs/{job.pk}/").json()["urls"]["preview"]
    assert address.endswith("/preview?look=0.5-0")
    before = script.get(address)
    assert (before.status_code, before["Cache-Control"]) == (200, "private, no-cache")
    work()
    after = script.get(address)
    assert after["Cache-Control"] == "private, max-age=3600"
    assert after["ETag"] != before["ETag"]
    patch(script, photo, look={"vividness": 0.6})
    assert script.get(f"/files/{job.pk}/preview?look=0.6-0")["ETag"] == after["ETag"]


def test_looks_that_are_over_before_they_are_made_are_not_made(script, photo):
    for vividness in (0.1, 0.2, 0.3):
        patch(script, photo, look={"vividness": vividness})
    assert [one.vividness for one in Rendition.objects.all()] == [0.3]


def test_a_photo_is_deleted_to_the_trash(script, photo):
    assert script.delete(f"/api/v1/photos/{photo.pk}/").status_code == 204
    assert script.get(f"/api/v1/photos/{photo.pk}/").status_code == 404
    photo.refresh_from_db()
    assert photo.trashed_at


def test_links_are_made_listed_and_revoked(script, photo):
    address = f"/api/v1/photos/{photo.pk}/links/"
    link = script.post(address, {"days": 7, "password": "harvest"}, JSON).json()
    assert link["has_password"]
    assert [one["id"] for one in script.get(address).json()["results"]] == [link["id"]]
    place = link["url"].removeprefix("http://testserver")
    assert b"password" in Client().get(place).content
    assert script.delete(f"{address}{link['id']}/").status_code == 204
    assert Client().get(place).status_code == 404
    assert script.delete(f"{address}{link['id']}/").status_code == 404


def test_a_link_says_from_whom_it_is_and_what_it_allows(script, photo):
    chosen = {"sender": "Anna", "message": "Look!", "originals": False, "downloads": False}
    link = script.post(f"/api/v1/photos/{photo.pk}/links/", chosen, JSON).json()
    assert {name: link[name] for name in chosen} == chosen
    guest = Client()
    assert "Look!" in guest.get(link["url"].removeprefix("http://testserver")).content.decode()
    job = Job.objects.get(photo=photo).pk
    kinds = ("preview", "gray_preview", "result")
    assert [guest.get(f"/files/{job}/{kind}").status_code for kind in kinds] == [200, 404, 404]


def test_a_link_to_an_album_lets_others_add_photos_if_it_says_so(script, photo):
    links = script.post("/api/v1/albums/", {"title": "1895"}, JSON).json()["urls"]["links"]
    assert script.post(links, {}, JSON).json()["contributions"] is False
    assert script.post(links, {"contributions": True}, JSON).json()["contributions"] is True
    refused = script.post(f"/api/v1/photos/{photo.pk}/links/", {"contributions": True}, JSON)
    assert refused.json()["errors"][0]["attr"] == "contributions"


def test_an_albums_link_opens_its_photos_whatever_their_visibility(script, photo, ada):
    hidden = make.photo_of(ada, hidden_for="spam")
    Photo.objects.filter(pk=photo.pk).update(title="Harvest")
    Photo.objects.filter(pk=hidden.pk).update(title="Hidden")
    made = script.post("/api/v1/albums/", {"title": "1895"}, JSON).json()
    order = {"photos": [str(hidden.pk), str(photo.pk), str(make.photo().pk)]}
    listed = script.put(made["urls"]["photos"], order, content_type="application/json").json()
    assert [one["id"] for one in listed["results"]] == order["photos"][:2]
    link = script.post(made["urls"]["links"], {}, JSON).json()["url"]
    link = link.removeprefix("http://testserver")
    guest = Client()
    page = guest.get(link)
    assert page["X-Robots-Tag"] == "noindex"
    text = page.content.decode()
    assert ("Harvest" in text, "Hidden" in text) == (True, False)
    assert guest.get(f"/files/{Job.objects.get(photo=photo).pk}/preview").status_code == 200
    assert guest.get(f"/photos/{photo.pk}/").status_code == 200
    assert guest.get(f"/photos/{hidden.pk}/").status_code == 404
    assert Client().get(f"/photos/{photo.pk}/").status_code == 404


def test_albums_are_changed_and_deleted_and_their_photos_stay(script, photo):
    album = script.post("/api/v1/albums/", {"title": "1895"}, JSON).json()
    address = album["urls"]["self"]
    found = script.patch(address, {"sort": "taken"}, content_type="application/json").json()
    assert (found["title"], found["sort"]) == ("1895", "taken")
    assert [one["id"] for one in script.get("/api/v1/albums/").json()["results"]] == [album["id"]]
    assert script.delete(address).status_code == 204
    assert not Album.objects.exists()
    assert Photo.objects.get() == photo


def test_reference_and_metadata_are_the_owners_and_found_again(script):
    own = {"reference": "box 12/7", "metadata": '{"collection": "harbor", "page": 7}'}
    job = script.post("/api/v1/jobs/", {"image": pictures.upload(), **own}).json()
    assert (job["reference"], job["metadata"]) == ("box 12/7", {"collection": "harbor", "page": 7})
    script.post("/api/v1/jobs/", {"image": pictures.upload()})
    found = script.get("/api/v1/jobs/?reference=box 12/7").json()["results"]
    assert [one["id"] for one in found] == [job["id"]]
    batch = script.post("/api/v1/batches/", {"image": [pictures.upload()], "reference": "b"}).json()
    assert script.get("/api/v1/batches/?reference=b").json()["results"][0]["id"] == batch["id"]
    assert script.get("/api/v1/batches/?reference=c").json()["results"] == []
    [member] = script.get(batch["urls"]["jobs"]).json()["results"]
    assert member["reference"] == "b"


@pytest.mark.parametrize(
    "metadata", ["[]", '{"a": {}}', '{"a": [1]}', "{", str({str(n): 1 for n in range(21)})]
)
def test_metadata_that_is_not_flat_or_too_much_is_refused(script, metadata):
    sent = {"image": pictures.upload(), "metadata": metadata.replace("'", '"')}
    answer = script.post("/api/v1/jobs/", sent)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == "metadata"


def test_others_see_neither_reference_nor_metadata(client):
    done = make.published()
    Job.objects.filter(pk=done.pk).update(reference="box 12", metadata={"a": 1})
    [public] = client.get("/api/v1/gallery/").json()["results"]
    assert (public["reference"], public["metadata"]) == ("", {})


def test_old_names_are_refused_by_the_new_ones(script, photo):
    sent = script.post("/api/v1/jobs/", {"image": pictures.upload(), "size": "128"})
    assert (sent.status_code, sent.json()["code"]) == (400, "renamed")
    assert "network_size" in sent.json()["detail"]
    job = Job.objects.get()
    found = script.get(f"/api/v1/jobs/{job.pk}/result/?size=100")
    assert (found.status_code, found.json()["code"]) == (400, "renamed")
    assert "long_side" in found.json()["detail"]
