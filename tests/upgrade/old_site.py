"""What version 0.1 left behind: rows for its models, files under its names."""

from __future__ import annotations

import io
import uuid
from typing import Any

from django.apps.registry import Apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone
from PIL import Image

VERSION_0_1 = [
    ("accounts", "0004_names"),
    ("jobs", "0017_webhook_tests"),
    ("ml", "0003_evaluations"),
]
OF_PHOTO = {"gray_preview": "grey_preview.jpg", "gray_card": "grey_card.jpg"}
OF_RESULT = {
    "result": "result.jpg",
    "gray": "grey.jpg",
    "preview": "preview.jpg",
    "card": "card.jpg",
    "colors": "colours.png",
}


class _EveryStep(MigrationLoader):
    """The migrations one by one, without those that stand for many."""

    def load_disk(self) -> None:
        super().load_disk()
        steps = {key: step for key, step in self.disk_migrations.items() if not step.replaces}
        self.disk_migrations = steps


def models() -> Apps:
    """Takes the tables back to version 0.1; its models."""
    executor = MigrationExecutor(connection)
    executor.loader = _EveryStep(connection)
    executor.migrate(VERSION_0_1)
    return executor.loader.project_state(VERSION_0_1).apps


def picture(kind: str) -> bytes:
    """A small picture with a width of its own."""
    file = io.BytesIO()
    image = Image.new("RGB", (10 + len(kind), 10), "gray")
    image.save(file, "PNG" if kind == "colors" else "JPEG")
    return file.getvalue()


def write_files(photo_id: uuid.UUID, job_id: uuid.UUID) -> None:
    """The files of a colored photo."""
    folder = _folder(photo_id)
    files = {f"{folder}/source.jpg": picture("source")}
    files |= {f"{folder}/{name}": picture(kind) for kind, name in OF_PHOTO.items()}
    files |= {f"{folder}/{job_id}-1-{name}": picture(kind) for kind, name in OF_RESULT.items()}
    for name, content in files.items():
        assert default_storage.save(name, ContentFile(content)) == name


def colored_photo(apps: Apps, user_id: int, **fields: Any) -> tuple[uuid.UUID, uuid.UUID]:
    """A colored photo's rows; the ids of photo and job."""
    photo_id, job_id = uuid.uuid4(), uuid.uuid4()
    photo = _photo(
        apps,
        id=photo_id,
        owner_id=user_id,
        source=f"{_folder(photo_id)}/source.jpg",
        coloured_by="resnet-gray-unet",
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
        result=f"{_folder(photo_id)}/{job_id}-1-result.jpg",
        timings={"reading_ms": 1, "colouring_ms": 22, "saving_ms": 3},
        started_at=timezone.now(),
        finished_at=timezone.now(),
    )
    photo.newest = job
    photo.save()
    return photo_id, job_id


def failed_job(apps: Apps, **fields: Any) -> Any:
    """A guest's failed job, and its photo."""
    return apps.get_model("jobs", "Job").objects.create(
        photo=_photo(apps, guest="0" * 32, source="x"),
        queue_owner="guest-1",
        turn=1,
        frame="256x256",
        **{"state": "failed"} | fields,
    )


def kept_error(code: str, sentence: str, **parts: Any) -> dict[str, Any]:
    """An error as ml's rows kept it."""
    return {"code": code, "sentence": sentence, "parts": parts}


def _photo(apps: Apps, **fields: Any) -> Any:
    photos: Any = apps.get_model("jobs", "Photo").objects
    return photos.create(
        name="old.jpg",
        format="jpeg",
        bytes=1,
        width=16,
        height=10,
        has_colour=True,
        sha256="0" * 64,
        **fields,
    )


def _folder(photo_id: uuid.UUID) -> str:
    return f"photos/{photo_id.hex[:2]}/{photo_id}"
