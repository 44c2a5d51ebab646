"""Which of the staff's addresses are open to whom, all of it in one table.

A new address fails the last test here until it has a row.
"""

import uuid

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from colorweb.accounts import tokens
from colorweb.accounts.models import User
from ml import permissions, urls
from ml.api import urls as api_urls

pytestmark = pytest.mark.django_db

ID = str(uuid.UUID(int=1))
API = "/api/v1"

TABLE = [
    # method, URL name, address, the permission that opens it
    ("GET", "api-datasets", f"{API}/datasets/", permissions.VIEW_DATA_SETS),
    ("POST", "api-datasets", f"{API}/datasets/", permissions.TRAIN),
    ("GET", "api-dataset", f"{API}/datasets/{ID}/", permissions.VIEW_DATA_SETS),
    ("DELETE", "api-dataset", f"{API}/datasets/{ID}/", permissions.TRAIN),
    ("POST", "api-dataset-check", f"{API}/datasets/{ID}/check/", permissions.TRAIN),
    ("GET", "api-training-runs", f"{API}/training-runs/", permissions.VIEW_RUNS),
    ("POST", "api-training-runs", f"{API}/training-runs/", permissions.TRAIN),
    ("GET", "api-training-run", f"{API}/training-runs/{ID}/", permissions.VIEW_RUNS),
    ("PATCH", "api-training-run", f"{API}/training-runs/{ID}/", permissions.TRAIN),
    ("DELETE", "api-training-run", f"{API}/training-runs/{ID}/", permissions.TRAIN),
    ("POST", "api-training-run-stop", f"{API}/training-runs/{ID}/stop/", permissions.TRAIN),
    ("POST", "api-training-run-resume", f"{API}/training-runs/{ID}/resume/", permissions.TRAIN),
    ("POST", "api-models-import", f"{API}/models/import/", permissions.PROMOTE),
    ("POST", "api-models-rollback", f"{API}/models/rollback/", permissions.PROMOTE),
    ("GET", "api-model", f"{API}/models/nobody/", permissions.VIEW_VERSIONS),
    ("PATCH", "api-model", f"{API}/models/nobody/", permissions.PROMOTE),
    ("GET", "api-promotions", f"{API}/promotions/", permissions.VIEW_PROMOTIONS),
    ("GET", "api-promotion", f"{API}/promotions/1/", permissions.VIEW_PROMOTIONS),
    ("POST", "api-promotion-advance", f"{API}/promotions/1/advance/", permissions.PROMOTE),
    ("GET", "api-model-weights", f"{API}/models/nobody/weights/", permissions.VIEW_VERSIONS),
    ("POST", "api-model-promote", f"{API}/models/nobody/promote/", permissions.PROMOTE),
    ("POST", "api-model-evaluate", f"{API}/models/nobody/evaluations/", permissions.PROMOTE),
    ("GET", "api-evaluation", f"{API}/evaluations/{ID}/", permissions.VIEW_VERSIONS),
    ("POST", "api-evaluation-cancel", f"{API}/evaluations/{ID}/cancel/", permissions.PROMOTE),
]
FILES = {"training-run-samples", "data-set-sheet", "model-samples", "model-weights"}
"""Files of what the API lists; to others they are not found."""
SCOPES = ["read", "write", "staff"]


def script(user: User, scopes: list[str]) -> Client:
    _token, secret = tokens.create(user, name="t", scopes=scopes, expires_at=None)
    return Client(headers={"Authorization": f"Bearer {secret}"})


def staff_with(*names: str) -> User:
    user = User.objects.create_user("staff@example.org", is_staff=True)
    codes = [name.partition(".")[2] for name in names]
    user.user_permissions.set(Permission.objects.filter(codename__in=codes))
    return user


EVERY = sorted({needed for *_, needed in TABLE})


@pytest.mark.parametrize("row", TABLE, ids=[f"{method} {name}" for method, name, *_ in TABLE])
def test_it_opens_with_its_permission_and_scope_only(row):
    method, _name, address, needed = row
    others = [name for name in EVERY if name != needed]
    assert Client().generic(method, address).status_code == 401
    customer = User.objects.create_user("customer@example.org")
    assert script(customer, SCOPES).generic(method, address).status_code == 403
    staff = staff_with(*others)
    assert script(staff, SCOPES).generic(method, address).status_code == 403
    staff.delete()
    staff = staff_with(needed)
    assert script(staff, ["read", "write"]).generic(method, address).status_code == 403
    # Let in: what is wrong then is the request itself, or that nothing is there.
    opened = script(staff, SCOPES).generic(method, address).status_code
    assert opened in (200, 400, 404, 409, 415)


def test_every_address_is_in_the_table():
    named = {str(pattern.name) for pattern in (*urls.urlpatterns, *api_urls.urlpatterns)}
    assert named == {name for _, name, *_ in TABLE} | FILES


@pytest.mark.parametrize(
    "address",
    [
        f"/staff/training-runs/{ID}/samples/1.png",
        f"/staff/datasets/{ID}/sheet.jpg",
        f"/staff/models/{ID}/weights.safetensors",
    ],
)
def test_files_are_not_there_for_others(address):
    assert Client().get(address).status_code == 404
    assert script(staff_with(), SCOPES).get(address).status_code == 404
