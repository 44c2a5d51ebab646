"""An installation of version 0.1 is upgraded without losing a picture, a row or a permission."""

import io
import uuid
from importlib import import_module
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.apps import apps
from django.apps.registry import Apps
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from PIL import Image

from colorweb.accounts.models import User
from jobs.models import Batch, Job, Photo, Report, ShareLink

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


def old_photo(old: Apps, user_id: int, **fields: Any) -> tuple[uuid.UUID, uuid.UUID]:
    """A colored photo with its files as version 0.1 wrote them; the ids of photo and job."""
    photo_id, job_id = uuid.uuid4(), uuid.uuid4()
    folder = f"photos/{photo_id.hex[:2]}/{photo_id}"
    files = {f"{folder}/source.jpg": picture("source")}
    files |= {f"{folder}/{name}": picture(kind) for kind, name in OF_PHOTO.items()}
    files |= {f"{folder}/{job_id}-1-{name}": picture(kind) for kind, name in OF_RESULT.items()}
    for name, content in files.items():
        assert default_storage.save(name, ContentFile(content)) == name
    photos: Any = old.get_model("jobs", "Photo").objects
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
    job = old.get_model("jobs", "Job").objects.create(
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


def test_an_old_photo_is_upgraded(old_rows, client, subtests):
    user = old_rows.get_model("accounts", "User").objects.create(email="ada@example.org")
    photo_id, job_id = old_photo(old_rows, user.pk, hidden_for="offence")
    old_rows.get_model("jobs", "Job").objects.filter(pk=job_id).update(stage="colouring")
    report = old_rows.get_model("jobs", "Report")
    report.objects.create(photo_id=photo_id, visitor="guest-1", reason="offence")
    call_command("migrate", verbosity=0)
    client.force_login(User.objects.get(pk=user.pk))
    photo, job = Photo.objects.get(pk=photo_id), Job.objects.get(pk=job_id)
    answer = client.get(f"/api/v1/jobs/{job_id}/").json()

    with subtests.test("every picture opens"):
        for kind in (*OF_PHOTO, *OF_RESULT):
            file = client.get(answer["urls"][kind])
            assert file.status_code == 200
            assert b"".join(async_to_sync(pieces)(file)) == picture(kind)
        assert photo.has_color
        assert photo.colored_by == "resnet-gray-unet"
    with subtests.test("old addresses of pictures lead to the new ones"):
        for old, new in (("grey", "gray"), ("colours", "colors"), ("grey_card", "gray_card")):
            moved = client.get(f"/files/{job_id}/{old}?download")
            assert moved.status_code == 301
            assert moved["Location"] == f"/files/{job_id}/{new}?download="
    with subtests.test("old times and stages are shown by their new names"):
        assert job.stage == "colorizing"
        assert answer["timings"]["colorizing_ms"] == 22
    with subtests.test("old reports and hidden photos keep their reason"):
        assert photo.get_hidden_for_display() == "violence, nudity or hate"
        assert Report.objects.get().get_reason_display() == "violence, nudity or hate"


@pytest.mark.parametrize("new_row_is_there", [False, True])
def test_who_might_steer_the_queue_may_manage_it(new_row_is_there):
    permissions: Any = Permission.objects
    queue = ContentType.objects.get(app_label="jobs", model="queue").pk
    if not new_row_is_there:
        permissions.get(content_type_id=queue, codename="manage_queue").delete()
    steer = permissions.create(content_type_id=queue, codename="steer")
    ada, grace = (User.objects.create_user(f"{name}@example.org") for name in ("ada", "grace"))
    ada.user_permissions.add(steer)
    helpers = Group.objects.create(name="Helpers")
    helpers.permissions.add(steer)
    grace.groups.add(helpers)
    with connection.schema_editor() as editor:
        import_module("jobs.migrations.0021_manage_queue").forwards(apps, editor)
    for user in User.objects.all():
        assert user.has_perm("jobs.manage_queue")
    assert not permissions.filter(codename="steer").exists()


def test_what_others_see_of_an_old_photo_stays_what_it_was(old_rows, client):
    """The version is the published job, else the last shared one, else the newest result."""
    old = old_rows.get_model
    user = old("accounts", "User").objects.create(email="ada@example.org")
    jobs: Any = old("jobs", "Job").objects
    expected: dict[uuid.UUID, tuple[uuid.UUID | None, float]] = {}
    for kind in ("published", "shared", "private", "waiting"):
        photo_id, first = old_photo(old_rows, user.pk)
        jobs.filter(pk=first).update(vividness=1.5)
        if kind == "waiting":
            jobs.filter(pk=first).update(state="queued", size=128)
            expected[photo_id] = (None, 1.5)
            continue
        newer = jobs.get(pk=first)
        newer.pk, newer.vividness = uuid.uuid4(), 0.5
        newer.save(force_insert=True)
        if kind == "published":
            photos = old("jobs", "Photo").objects.filter(pk=photo_id)
            photos.update(published_job=first, visibility="public", published_at=timezone.now())
        if kind == "shared":
            old("jobs", "ShareLink").objects.create(token="t", job_id=first)
        expected[photo_id] = (newer.pk, 0.5) if kind == "private" else (first, 1.5)
    options = {"size": 128, "vividness": 1.0}
    old("jobs", "Batch").objects.create(queue_owner="user:1", wishes=options)
    call_command("migrate", verbosity=0)

    found = {photo.pk: (photo.version_id, photo.vividness) for photo in Photo.objects.all()}
    assert found == expected
    assert Job.objects.get(state="queued").network_size == 128
    assert Batch.objects.get().options == {"network_size": 128, "vividness": 1.0}
    shared = ShareLink.objects.select_related("photo").get()
    assert shared.photo is not None
    assert client.get("/s/t/").status_code == 200
    assert client.get(f"/files/{shared.photo.version_id}/preview").status_code == 200
