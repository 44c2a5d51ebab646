"""An installation of version 0.1 is upgraded without losing a picture, a row or a permission."""

import io
import uuid
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.apps.registry import Apps
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from PIL import Image

from colorweb.accounts.models import User
from jobs.models import Job, Photo, Report

pytestmark = pytest.mark.django_db(transaction=True)

OF_PHOTO = {"gray_preview": "grey_preview.jpg", "gray_card": "grey_card.jpg"}
OF_RESULT = {
    "result": "result.jpg",
    "gray": "grey.jpg",
    "preview": "preview.jpg",
    "card": "card.jpg",
    "colors": "colours.png",
}


def picture(kind: str) -> bytes:
    """A small picture with a width of its own."""
    file = io.BytesIO()
    image = Image.new("RGB", (10 + len(kind), 10), "gray")
    image.save(file, "PNG" if kind == "colors" else "JPEG")
    return file.getvalue()


def old_photo(apps: Apps, user_id: int, **fields: Any) -> tuple[uuid.UUID, uuid.UUID]:
    """A colored photo with its files as version 0.1 wrote them; the ids of photo and job."""
    photo_id, job_id = uuid.uuid4(), uuid.uuid4()
    folder = f"photos/{photo_id.hex[:2]}/{photo_id}"
    files = {f"{folder}/source.jpg": picture("source")}
    files |= {f"{folder}/{name}": picture(kind) for kind, name in OF_PHOTO.items()}
    files |= {f"{folder}/{job_id}-1-{name}": picture(kind) for kind, name in OF_RESULT.items()}
    for name, content in files.items():
        assert default_storage.save(name, ContentFile(content)) == name
    photos: Any = apps.get_model("jobs", "Photo").objects
    photo = photos.create(
        id=photo_id,
        owner_id=user_id,
        name="old.jpg",
        source=f"{folder}/source.jpg",
        format="jpeg",
        bytes=1,
        width=16,
        height=10,
        has_colour=True,
        coloured_by="resnet-gray-unet",
        sha256="0" * 64,
        state="succeeded",
        **fields,
    )
    job = apps.get_model("jobs", "Job").objects.create(
        id=job_id,
        photo=photo,
        state="succeeded",
        stage="done",
        queue_owner=f"user-{user_id}",
        turn=1,
        frame="256x256",
        attempt=1,
        result=f"{folder}/{job_id}-1-result.jpg",
        timings={"reading_ms": 1, "colouring_ms": 22, "saving_ms": 3},
        started_at=timezone.now(),
        finished_at=timezone.now(),
    )
    photo.newest = job
    photo.save()
    return photo_id, job_id


async def pieces(answer: Any) -> list[bytes]:
    """What a streamed answer holds."""
    return [piece async for piece in answer.streaming_content]


def upgrade(client: Client, user_id: int) -> None:
    """What `colorweb.serve` does before it starts, and the owner's login."""
    call_command("migrate", verbosity=0)
    client.force_login(User.objects.get(pk=user_id))


def test_every_picture_of_an_old_photo_opens(old_rows, client):
    user = old_rows.get_model("accounts", "User").objects.create(email="ada@example.org")
    photo_id, job_id = old_photo(old_rows, user.pk)
    upgrade(client, user.pk)
    urls = client.get(f"/api/v1/jobs/{job_id}/").json()["urls"]
    for kind in (*OF_PHOTO, *OF_RESULT):
        answer = client.get(urls[kind])
        assert answer.status_code == 200
        assert b"".join(async_to_sync(pieces)(answer)) == picture(kind)
    assert Photo.objects.get(pk=photo_id).has_color
    assert Photo.objects.get(pk=photo_id).colored_by == "resnet-gray-unet"


def test_old_addresses_of_pictures_lead_to_the_new_ones(old_rows, client):
    user = old_rows.get_model("accounts", "User").objects.create(email="ada@example.org")
    _photo_id, job_id = old_photo(old_rows, user.pk)
    upgrade(client, user.pk)
    for old, new in (("grey", "gray"), ("colours", "colors"), ("grey_card", "gray_card")):
        answer = client.get(f"/files/{job_id}/{old}?download")
        assert (answer.status_code, answer["Location"]) == (301, f"/files/{job_id}/{new}?download=")


def test_old_times_and_stages_are_shown_by_their_new_names(old_rows, client):
    user = old_rows.get_model("accounts", "User").objects.create(email="ada@example.org")
    _photo_id, job_id = old_photo(old_rows, user.pk)
    old_rows.get_model("jobs", "Job").objects.filter(pk=job_id).update(stage="colouring")
    upgrade(client, user.pk)
    assert Job.objects.get(pk=job_id).stage == "colorizing"
    timings = client.get(f"/api/v1/jobs/{job_id}/").json()["timings"]
    assert timings["colorizing_ms"] == 22


def test_old_reports_and_hidden_photos_keep_their_reason(old_rows, client):
    user = old_rows.get_model("accounts", "User").objects.create(email="ada@example.org")
    photo_id, _job_id = old_photo(old_rows, user.pk, hidden_for="offence")
    report = old_rows.get_model("jobs", "Report")
    report.objects.create(photo_id=photo_id, visitor="guest-1", reason="offence")
    upgrade(client, user.pk)
    assert Photo.objects.get(pk=photo_id).get_hidden_for_display() == "violence, nudity or hate"
    assert Report.objects.get().get_reason_display() == "violence, nudity or hate"


@pytest.mark.parametrize("new_row_is_there", [False, True])
def test_who_might_steer_the_queue_may_manage_it(old_rows, new_row_is_there):
    permissions = old_rows.get_model("auth", "Permission").objects
    queue = ContentType.objects.get(app_label="jobs", model="queue").pk
    permissions.filter(content_type_id=queue, codename="manage_queue").delete()
    steer, _made = permissions.get_or_create(content_type_id=queue, codename="steer")
    if new_row_is_there:
        permissions.create(content_type_id=queue, codename="manage_queue", name="Can manage")
    users = old_rows.get_model("accounts", "User").objects
    ada, grace = users.create(email="ada@example.org"), users.create(email="grace@example.org")
    ada.user_permissions.add(steer)
    helpers = old_rows.get_model("auth", "Group").objects.create(name="Helpers")
    helpers.permissions.add(steer)
    grace.groups.add(helpers)
    call_command("migrate", verbosity=0)
    for user in User.objects.all():
        assert user.has_perm("jobs.manage_queue")
    assert not permissions.filter(codename="steer").exists()
