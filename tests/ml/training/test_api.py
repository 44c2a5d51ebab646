"""What staff do over REST, and that nobody else does."""

import uuid
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from colorweb.accounts import tokens
from ml.datasets import check
from ml.models import DataSet, TrainingRun
from tests.jobs import document
from tests.jobs.document import conforms
from tests.ml import colors
from tests.ml.datasets.pictures import photo

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def user(django_user_model):
    return django_user_model.objects.create_superuser("staff@example.org")


@pytest.fixture
def staff(user) -> Client:
    """A script with a token of a member of staff."""
    return client_of(user)


def client_of(user, *scopes: str) -> Client:
    _token, secret = tokens.create(
        user, name="t", scopes=scopes or ["read", "write", "staff"], expires_at=None
    )
    return Client(headers={"Authorization": f"Bearer {secret}"})


def archive(tmp_path: Path) -> SimpleUploadedFile:
    files = {f"{seed}.png": colors.png(photo(seed)) for seed in range(10)}
    tar = colors.tar(tmp_path / "photos.tar", files)
    return SimpleUploadedFile("photos.tar", tar.read_bytes())


def test_from_an_archive_to_a_queued_run_and_deleted_again(staff, tmp_path):
    body = {"name": "Ours", "kind": "upload", "file": archive(tmp_path)}
    made = staff.post("/api/v1/datasets/", body)
    assert made.status_code == 201, made.content
    check.work()
    data_set = staff.get(f"/api/v1/datasets/{made.json()['id']}/").json()
    assert (data_set["state"], data_set["training"], data_set["validation"]) == ("ready", 9, 1)
    conforms(data_set, "DataSet", document.read())
    assert staff.get(data_set["sheet"])["Content-Type"] == "image/jpeg"
    conforms(staff.get("/api/v1/datasets/").json(), "DataSetPage", document.read())

    payload = {
        "id": str(uuid.uuid4()),
        "preset": "quick",
        "data_sets": [data_set["id"]],
        "options": {"epochs": 2, "batch": 4},
    }
    answers = [
        staff.post("/api/v1/training-runs/", payload, content_type="application/json")
        for _click in range(2)
    ]
    run = answers[0].json()
    conforms(run, "TrainingRun", document.read())
    assert [a.json()["id"] for a in answers] == [payload["id"]] * 2
    assert run["options"] | {"epochs": 2, "batch": 4} == run["options"]
    address = f"/api/v1/training-runs/{run['id']}/"
    in_use = staff.delete(f"/api/v1/datasets/{data_set['id']}/")
    assert (in_use.status_code, in_use.json()["code"]) == (409, "data_set_in_use")
    running = staff.delete(address)
    assert (running.status_code, running.json()["code"]) == (409, "run_not_ended")

    patched = staff.patch(address, {"note": "for cars"}, content_type="application/json")
    assert patched.json()["note"] == "for cars"
    stopped = staff.post(f"{address}stop/")
    assert (stopped.status_code, stopped.json()["state"]) == (202, "stopped")
    assert staff.post(f"{address}stop/").json()["code"] == "run_ended"
    assert staff.post(f"{address}resume/").json()["state"] == "queued"
    assert staff.post(f"{address}resume/").json()["code"] == "run_not_resumable"
    whole = staff.get(address, {"after": "0"}).json()
    conforms(whole, "WholeRun", document.read())
    staff.post(f"{address}stop/")
    assert staff.delete(address).status_code == 204
    assert staff.delete(f"/api/v1/datasets/{data_set['id']}/").status_code == 204


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"kind": "upload"}, "no_archive"),
        ({"kind": "upload", "file": SimpleUploadedFile("x.zip", b"no zip")}, "not_an_archive"),
        ({"kind": "folder", "path": "/etc"}, "no_such_path"),
        ({"kind": "cloud"}, "invalid_choice"),
    ],
)
def test_a_data_set_that_cannot_be_is_refused_with_a_code(staff, body, code):
    answer = staff.post("/api/v1/datasets/", {"name": "x", **body})
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert not DataSet.objects.exists()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"data_sets": []}, "no_data_set"),
        ({"data_sets": [str(uuid.uuid4())]}, "no_such_data_set"),
        ({"preset": "magic"}, "invalid_choice"),
        ({"base": "nobody"}, "unknown_model"),
        ({"options": {"epochs": 0}}, "min_value"),
        ({"options": {"batch": 10**9}}, "max_value"),
        ({"options": {"batch": 19}}, "batch_too_large"),
        ({"options": {"size": 100}}, "size_not_a_step"),
    ],
)
def test_a_run_that_cannot_be_is_refused_with_a_code(staff, data_set, changes, code):
    body = {"preset": "quick", "data_sets": [str(data_set.pk)], **changes}
    answer = staff.post("/api/v1/training-runs/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, code), answer.content
    assert not TrainingRun.objects.exists()


ADDRESSES = ("datasets/", "training-runs/")


@pytest.mark.parametrize("path", ADDRESSES)
def test_it_is_for_staff_with_the_permission(user, django_user_model, path):
    address = f"/api/v1/{path}"
    assert Client().get(address).json()["code"] == "not_authenticated"
    reader = client_of(user, "read", "write")
    assert reader.get(address).json()["code"] == "permission_denied"
    clerk = django_user_model.objects.create_user("clerk@example.org", is_staff=True)
    assert client_of(clerk).get(address).json()["code"] == "permission_denied"
    for name in ("view_dataset", "view_trainingrun"):
        clerk.user_permissions.add(Permission.objects.get(codename=name))
    assert client_of(clerk).get(address).status_code == 200
    body = {"name": "x", "kind": "consented", "preset": "quick", "data_sets": []}
    refused = client_of(clerk).post(address, body, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")


def test_pictures_are_for_staff_too(data_set):
    assert Client().get(f"/staff/datasets/{data_set.pk}/sheet.jpg").status_code == 404
