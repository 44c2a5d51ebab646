"""The registry for scripts of staff."""

import pickle
from hashlib import sha256

import pytest
from django.contrib.auth.models import Permission
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from colorweb.accounts import tokens
from ml.api import version_serializers as serializers
from ml.models import DataSet, Evaluation, ModelVersion
from ml.versions import registry
from tests.ml import networks
from tests.ml.comparisons import measured

pytestmark = pytest.mark.django_db(transaction=True)

IMPORT = "/api/v1/models/import/"


@pytest.fixture(autouse=True)
def folder(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MODEL_CACHE = tmp_path / "cache"
    return tmp_path


def script(user, *scopes: str) -> Client:
    _token, secret = tokens.create(user, name="t", scopes=list(scopes), expires_at=None)
    return Client(headers={"Authorization": f"Bearer {secret}"})


def post(client: Client, path: str, **fields: str):
    """Sends an object as JSON."""
    return client.post(path, fields, content_type="application/json")


@pytest.fixture
def staff(admin_user) -> Client:
    return script(admin_user, "read", "write", "staff")


def test_a_version_is_compared_promoted_and_rolled_back(staff, folder):
    version = networks.version(folder, 1)
    refused = post(staff, f"/api/v1/models/{version}/promote/")
    assert (refused.status_code, refused.json()["code"]) == (409, "gate_missing")
    found = staff.get(f"/api/v1/evaluations/{measured(version).pk}/").json()
    assert (found["passed"], len(found["figures"])) == (True, 3)
    answer = post(staff, f"/api/v1/models/{version}/promote/")
    made = answer.json()
    assert (answer.status_code, made["state"]) == (202, "checking")
    assert (made["version"], made["gate"]["passed"]) == (str(version), True)
    assert staff.get(f"/api/v1/promotions/{made['id']}/").json() == made
    assert staff.get("/api/v1/promotions/").json()["results"] == [made]
    early = post(staff, f"/api/v1/promotions/{made['id']}/advance/")
    assert (early.status_code, early.json()["code"]) == (409, "no_canary")
    back = post(staff, "/api/v1/models/rollback/", reason="brown").json()
    assert (back["before"], back["reason"], back["by"]) == (
        str(version), "brown", "admin@example.com",
    )  # fmt: skip


def test_a_version_is_offered_and_archived(staff, folder):
    version = networks.version(folder, 1)
    where = f"/api/v1/models/{version}/"
    for standing in ("offered", "archived"):
        body = {"standing": standing}
        answer = staff.patch(where, body, content_type="application/json")
        assert (answer.status_code, answer.json()["standing"]) == (200, standing)
    assert staff.get(where).json()["standing"] == "archived"


def test_a_comparison_is_queued_for_a_checked_set(staff, folder):
    version = networks.version(folder, 1)
    where = f"/api/v1/models/{version}/evaluations/"
    assert post(staff, where).json()["code"] == "nothing_to_measure"
    assert post(staff, where, data_set="0" * 32).status_code == 400
    ready = DataSet.objects.create(name="a", kind="upload", state="ready", fingerprint="f")
    answer = post(staff, where, data_set=str(ready.pk))
    assert (answer.status_code, answer.json()["state"]) == (202, "queued")
    assert Evaluation.objects.get().created_by


def test_a_model_goes_out_and_comes_in_byte_for_byte(staff, folder):
    version = networks.version(folder, 1, code_revision="0123abc")
    address = f"/api/v1/models/{version}/"
    body = staff.get(address).json()
    assert (body["sha256"], body["code_revision"]) == (version.sha256, "0123abc")
    assert (body["in_service"], body["run"], body["created_by"]) == (False, None, None)
    content = b"".join(exported(staff, address))
    assert sha256(content).hexdigest() == version.sha256

    ModelVersion.objects.all().delete()
    file = SimpleUploadedFile("m.safetensors", content)
    made = staff.post(IMPORT, {"file": file, "name": "friend", "note": "from next door"})
    assert made.status_code == 201, made.content
    now = made.json()
    assert (now["name"], now["note"]) == ("friend", "from next door")
    assert (now["sha256"], now["code_revision"]) == (body["sha256"], body["code_revision"])
    assert now["created_by"] == "admin@example.com"
    assert now.keys() == serializers.VERSION.keys()
    file.seek(0)
    again = staff.post(IMPORT, {"file": file})
    assert (again.status_code, again.json()) == (201, now), "the same weights, the same version"


def exported(client: Client, address: str):
    """Where the weights of a version lead to."""
    return client.get(client.get(f"{address}weights/").headers["Location"])


def test_a_model_that_ships_can_be_exported_too(staff):
    shipped = registry.built_in()
    answer = exported(staff, f"/api/v1/models/{shipped.name}/")
    assert (answer.status_code, answer["Content-Length"]) == (200, str(shipped.bytes))
    assert f"{shipped}.safetensors" in answer["Content-Disposition"]


def test_weights_that_are_gone_are_a_conflict(staff, folder, settings):
    version = networks.version(folder, 1)
    default_storage.delete(version.file)
    answer = staff.get(f"/api/v1/models/{version}/weights/")
    assert (answer.status_code, answer.json()["code"]) == (409, "model_unavailable")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "required"),
        ({"file": SimpleUploadedFile("m.safetensors", b"")}, "empty"),
        ({"file": SimpleUploadedFile("m.pt", pickle.dumps([1]))}, "not_a_model"),
        ({"file": SimpleUploadedFile("m.pt", b"x"), "name": "../etc"}, "invalid"),
    ],
)
def test_what_is_no_model_is_refused_with_a_code(staff, body, code):
    answer = staff.post(IMPORT, body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert not ModelVersion.objects.exists()


def test_a_model_that_is_too_large_is_refused_with_a_code(staff, folder, settings):
    settings.MODEL_MAX_BYTES = 1000
    answer = staff.post(IMPORT, {"file": networks.file(folder, 1).open("rb")})
    assert (answer.status_code, answer.json()["code"]) == (400, "model_too_large")


@pytest.mark.parametrize("label", ["nobody", "nobody@0123456789ab", "resnet-gray@0", "a%00b"])
@pytest.mark.parametrize("rest", ["", "weights/"])
def test_a_version_that_is_not_there_is_not_found(staff, label, rest):
    assert staff.get(f"/api/v1/models/{label}/{rest}").json()["code"] == "not_found"


@pytest.mark.parametrize("path", ["rollback/", "nobody/promote/", "nobody/evaluations/"])
def test_only_staff_with_the_permission_and_the_scope_may(
    client, admin_user, path, django_user_model
):
    where = f"/api/v1/models/{path}"
    assert client.post(where).status_code == 401
    assert script(admin_user, "read", "write").post(where).status_code == 403
    helper = django_user_model.objects.create_user("helper@example.org", "x", is_staff=True)
    helper.user_permissions.add(Permission.objects.get(codename="view_modelversion"))
    assert script(helper, "read", "write", "staff").post(where).status_code == 403
    owner = script(admin_user, "read", "write", "staff")
    assert post(owner, where).status_code == (409 if path == "rollback/" else 404)
