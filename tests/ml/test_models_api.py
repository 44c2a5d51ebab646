"""The registry for scripts of staff."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from colorweb.accounts import tokens
from ml import registry
from ml.models import DataSet, Evaluation
from tests.ml import networks
from tests.ml.test_evaluations import measured

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def folder(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MODEL_CACHE = tmp_path / "cache"
    return tmp_path


def script(user, *scopes: str) -> Client:
    _token, secret = tokens.create(user, name="t", scopes=list(scopes), expires_at=None)
    return Client(headers={"Authorization": f"Bearer {secret}"})


@pytest.fixture
def staff(admin_user) -> Client:
    return script(admin_user, "read", "write", "staff")


def test_a_version_is_compared_promoted_and_rolled_back(staff, folder):
    version = networks.version(folder, 1)
    refused = staff.post(f"/api/v1/models/{version}/promote/")
    assert (refused.status_code, refused.json()["code"]) == (409, "gate_missing")
    found = staff.get(f"/api/v1/evaluations/{measured(version).pk}/").json()
    assert (found["passed"], len(found["figures"])) == (True, 3)
    made = staff.post(f"/api/v1/models/{version}/promote/").json()
    assert (made["version"], made["gate"]["passed"]) == (str(version), True)
    assert registry.current() == version
    back = staff.post("/api/v1/models/rollback/", {"reason": "brown"}).json()
    assert (back["before"], back["reason"], back["by"]) == (
        str(version), "brown", "admin@example.com",
    )  # fmt: skip


def test_a_comparison_is_queued_for_a_checked_set(staff, folder):
    version = networks.version(folder, 1)
    where = f"/api/v1/models/{version}/evaluations/"
    assert staff.post(where).json()["code"] == "nothing_to_measure"
    assert staff.post(where, {"data_set": "0" * 32}).status_code == 400
    ready = DataSet.objects.create(name="a", kind="upload", state="ready", fingerprint="f")
    answer = staff.post(where, {"data_set": str(ready.pk)})
    assert (answer.status_code, answer.json()["state"]) == (202, "queued")
    assert Evaluation.objects.get().created_by


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
    assert owner.post(where).status_code == (409 if path == "rollback/" else 404)
