"""A photo has versions that never change; others read the one in use, which its owner chooses."""

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client

from jobs.models import Job, Photo, State
from jobs.queue import claims, states
from jobs.storage import files
from ml.versions import registry
from tests.jobs import make

pytestmark = pytest.mark.django_db(transaction=True)

HINT = {"x": 0.25, "y": 0.5, "color": "#3050a0"}


@pytest.fixture
def photo(ada) -> Photo:
    """A photo of Ada's that the network in service has colored."""
    job = make.job(photo=make.photo(guest="", owner=ada))
    finish(job)
    return Photo.objects.get(pk=job.photo_id)


def finish(job: Job) -> Job:
    """Let a queued job end as a worker does, with files."""
    (running,) = claims.claim("test")
    assert running == job
    for kind in files.of_result(running):
        default_storage.save(running.file(kind), ContentFile(b"12345"))
    network = registry.resolve(job.model)
    states.change(
        job.pk,
        State.SUCCEEDED,
        fence=running.attempt,
        result=running.file("result"),
        model_name=network.name,
        model_version=network.version,
    )
    files.count(job.photo_id, 5 * len(files.of_result(running)))
    return Job.objects.select_related("photo").get(pk=job.pk)


def post(client: Client, photo: Photo, **options: Any) -> Any:
    address = f"/api/v1/photos/{photo.pk}/versions/"
    return client.post(address, options, content_type="application/json")


def version_of(photo: Photo) -> str:
    return str(Photo.objects.get(pk=photo.pk).version_id)


def test_a_new_version_comes_into_use_when_it_is_there(script, photo):
    first = version_of(photo)
    answer = post(script, photo, hints=[HINT])
    assert answer.status_code == 201
    assert answer["Location"] == answer.json()["urls"]["self"]
    [hint] = answer.json()["options"]["hints"]
    assert (hint["x"], hint["y"], hint["radius"]) == (0.25, 0.5, 3.0)
    assert hint["b"] < -30
    assert version_of(photo) == first
    new = finish(Job.objects.get(pk=answer.json()["id"]))
    assert version_of(photo) == str(new.pk)
    listed = script.get(f"/api/v1/photos/{photo.pk}/versions/").json()
    assert listed["version"] == str(new.pk)
    assert [one["id"] for one in listed["results"]] == [str(new.pk), first]
    assert [one["in_use"] for one in listed["results"]] == [True, False]


def test_coloring_again_with_nothing_changed_makes_no_copy(script, photo):
    first = version_of(photo)
    whole = {"geometry": {"turn": 0, "corners": None}}
    same: tuple[dict[str, Any], ...] = ({}, {"model": ""}, {"hints": []}, whole)
    for options in same:
        answer = post(script, photo, **options)
        assert (answer.status_code, answer.json()["id"]) == (200, first), options
    mended = post(script, photo, hints=[HINT])
    again = post(script, photo, hints=[HINT])
    assert (mended.status_code, again.status_code) == (201, 200)
    assert mended.json()["id"] == again.json()["id"]
    assert Job.objects.count() == 2


def test_what_is_left_out_is_as_in_the_version_in_use(script, photo):
    finish(Job.objects.get(pk=post(script, photo, hints=[HINT]).json()["id"]))
    turned = post(script, photo, geometry={"turn": 90, "corners": None}).json()
    assert len(turned["options"]["hints"]) == 1
    assert (turned["photo"]["width"], turned["photo"]["height"]) == (480, 640)


def test_an_equal_version_that_is_there_comes_into_use(script, photo):
    first = version_of(photo)
    finish(Job.objects.get(pk=post(script, photo, hints=[HINT]).json()["id"]))
    assert post(script, photo, hints=[]).json()["id"] == first
    assert version_of(photo) == first


def test_one_uses_an_earlier_version_and_deletes_another_with_its_files(script, photo):
    first = version_of(photo)
    second = finish(Job.objects.get(pk=post(script, photo, hints=[HINT]).json()["id"]))
    address = f"/api/v1/photos/{photo.pk}/versions/"
    stored = Photo.objects.get(pk=photo.pk).stored_bytes
    refused = script.delete(f"{address}{second.pk}/")
    assert (refused.status_code, refused.json()["code"]) == (409, "version_in_use")
    used = script.post(f"{address}{first}/use/")
    assert (used.status_code, used.json()["version"]) == (200, first)
    assert script.delete(f"{address}{second.pk}/").status_code == 204
    left = Photo.objects.get(pk=photo.pk)
    assert (str(left.version_id), str(left.newest_id), left.state) == (first, first, "succeeded")
    assert stored - left.stored_bytes == 5 * len(files.OF_RESULT)
    assert not [name for name in default_storage.listdir(left.folder)[1] if str(second.pk) in name]
    assert script.get(f"/api/v1/jobs/{second.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"hints": [HINT, {"x": 2, "y": 0, "a": 0, "b": 0}]}, "invalid_hint"),
        ({"hints": [HINT] * 65}, "invalid_hint"),
        ({"hints": [{"x": 0, "y": 0, "color": "blue"}]}, "invalid_hint"),
        ({"hints": [HINT], "model": "resnet-gray"}, "hints_unsupported"),
        ({"geometry": {"turn": 45}}, "invalid_geometry"),
        ({"geometry": {"corners": [[0, 0], [1, 1], [1, 0], [0, 1]]}}, "invalid_geometry"),
        ({"model": "nothing"}, "unknown_model"),
    ],
)
def test_what_cannot_be_colored_is_refused_and_named(script, photo, options, code):
    answer = post(script, photo, **options)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert Job.objects.count() == 1


def test_an_invalid_hint_is_named_by_its_index(script, photo):
    answer = post(script, photo, hints=[HINT, HINT, {"x": 0.5}])
    assert answer.json()["detail"].startswith("Hint 2: ")


def test_a_version_asked_for_earlier_does_not_replace_a_later_one(script, photo):
    earlier = Job.objects.get(pk=post(script, photo, hints=[HINT]).json()["id"])
    later = Job.objects.get(pk=post(script, photo, network_size=128).json()["id"])
    first, second = claims.claim("a", 1) + claims.claim("b", 1)
    assert (first, second) == (earlier, later)
    states.change(later.pk, State.SUCCEEDED, fence=1, result="later.jpg")
    states.change(earlier.pk, State.SUCCEEDED, fence=1, result="earlier.jpg")
    assert version_of(photo) == str(later.pk)


def test_nobody_but_the_owner_reads_a_version_that_is_not_in_use(script, photo):
    script.patch(
        f"/api/v1/photos/{photo.pk}/", {"visibility": "public"}, content_type="application/json"
    )
    first = Job.objects.get(pk=version_of(photo))
    second = finish(Job.objects.get(pk=post(script, photo, hints=[HINT]).json()["id"]))
    stranger = Client()
    assert stranger.get(f"/files/{second.pk}/preview").status_code == 200
    for kind in files.OF_RESULT:
        address = f"/files/{first.pk}/{kind}"
        assert (stranger.get(address).status_code, script.get(address).status_code) == (404, 200)
    for address in (f"/jobs/{first.pk}/", f"/api/v1/jobs/{first.pk}/result/"):
        assert stranger.get(address).status_code == 404


def test_what_lies_outside_the_crop_is_the_owners(script, photo):
    script.patch(
        f"/api/v1/photos/{photo.pk}/", {"visibility": "public"}, content_type="application/json"
    )
    crop = {"turn": 0, "corners": [[0, 0], [0.5, 0], [0.5, 0.5], [0, 0.5]]}
    for kind in files.OF_PHOTO:
        default_storage.save(files.name_in(photo.pk, kind), ContentFile(b"the whole photo"))
    cut = finish(Job.objects.get(pk=post(script, photo, geometry=crop).json()["id"]))
    stranger = Client()
    for kind in ("gray_preview", "gray_card", "gray"):
        answer = stranger.get(f"/files/{cut.pk}/{kind}")
        assert (answer.status_code, answer["Content-Length"]) == (200, "5"), kind
    public = stranger.get("/api/v1/gallery/").json()["results"][0]
    assert (public["photo"]["width"], public["photo"]["height"]) == (320, 240)
    assert (public["options"]["geometry"], public["options"]["hints"]) == (None, [])
