"""An account's export as one zip: its data, every photo as sent, every result."""

import json
from collections.abc import Iterator
from pathlib import PurePath
from typing import IO, Any, cast
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.core.files.storage import default_storage
from django.utils.text import get_valid_filename

from colorweb.accounts.models import User
from colorweb.dates import iso
from jobs.models import Album, Job, Photo, State
from jobs.storage import files

CHUNK = 256 * 1024
Entry = tuple[ZipInfo, str]
"""Where a file goes in the zip, and its storage name."""


def collect(user: User) -> tuple[dict[str, Any], list[Entry]]:
    """The account's rows for `data.json`, and the files that belong to them."""
    data: dict[str, Any] = {
        "account": {
            "email": user.email,
            "name": user.get_full_name(),
            "joined_at": iso(user.date_joined),
            "last_login_at": iso(user.last_login),
            "look": {"vividness": user.default_vividness, "tones": user.default_tones},
            "photos_for_training_since": iso(user.photos_for_training),
            "mends_for_learning_since": iso(user.mends_for_learning),
        },
        "webhooks": [
            {"url": hook.url, "events": hook.events, "created_at": iso(hook.created_at)}
            for hook in user.webhooks.order_by("created_at")
        ],
        "albums": [_about_album(album) for album in user.albums.order_by("created_at")],
        "photos": [],
    }
    entries: list[Entry] = []
    photos = user.photos.order_by("created_at").prefetch_related("jobs")
    for number, photo in enumerate(photos, start=1):
        folder = "photos/" + get_valid_filename(f"{number:04}-{PurePath(photo.name).stem}")
        jobs = sorted(photo.jobs.all(), key=lambda job: job.created_at)
        original = _entry(photo, f"{folder}/original", photo.source)
        results = {job.pk: _result(job, photo, f"{folder}/color-{job.pk}") for job in jobs}
        entries += [original, *filter(None, results.values())]
        data["photos"].append(
            _about(photo)
            | {
                "file": original[0].filename,
                "jobs": [_about_job(job, results[job.pk]) for job in jobs],
            }
        )
    return data, entries


def archive(data: dict[str, Any], entries: list[Entry]) -> Iterator[bytes]:
    """The zip in pieces, made while it is sent; a photo that was just deleted is left out."""
    pipe = _Pipe()
    with ZipFile(cast("IO[bytes]", pipe), "w") as out:
        text = json.dumps(data, indent=2, ensure_ascii=False)
        out.writestr("data.json", text, compress_type=ZIP_DEFLATED)
        yield pipe.take()
        for info, name in entries:
            try:
                file = default_storage.open(name)
            except FileNotFoundError:
                continue
            info.file_size = file.size  # zipfile asks it whether the entry needs 64 bits
            with file, out.open(info, "w") as entry:
                while piece := file.read(CHUNK):
                    entry.write(piece)
                    yield pipe.take()
    yield pipe.take()


class _Pipe:
    """A write-only file without seeking; `take` returns what was written since the last call."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing to flush."""

    def take(self) -> bytes:
        written = b"".join(self._pieces)
        self._pieces.clear()
        return written


def _entry(photo: Photo, path: str, name: str) -> Entry:
    suffix = PurePath(name).suffix
    return ZipInfo(path + suffix, photo.created_at.timetuple()[:6]), name


def _result(job: Job, photo: Photo, path: str) -> Entry | None:
    if job.state != State.SUCCEEDED:
        return None
    return _entry(photo, path, files.name_of(job, "result"))


def _about(photo: Photo) -> dict[str, Any]:
    return {
        "id": str(photo.pk),
        "name": photo.name,
        "title": photo.title,
        "alt": photo.alt,
        "caption": photo.caption,
        "taken": photo.taken,
        "people": photo.people,
        "version": str(photo.version_id) if photo.version_id else None,
        "look": photo.look._asdict(),
        "visibility": photo.visibility,
        "width": photo.width,
        "height": photo.height,
        "format": photo.format,
        "bytes": photo.bytes,
        "sha256": photo.sha256,
        "sent_at": iso(photo.created_at),
        "published_at": iso(photo.published_at),
        "trashed_at": iso(photo.trashed_at),
    }


def _about_album(album: Album) -> dict[str, Any]:
    return {
        "id": str(album.pk),
        "title": album.title,
        "description": album.description,
        "photos": [str(key) for key in album.places.values_list("photo", flat=True)],
        "created_at": iso(album.created_at),
    }


def _about_job(job: Job, result: Entry | None) -> dict[str, Any]:
    return {
        "id": str(job.pk),
        "state": job.state,
        "file": result[0].filename if result else None,
        "options": {
            "vividness": job.vividness,
            "tones": job.tones,
            "network_size": job.network_size,
            "hints": job.hints,
            "geometry": job.geometry,
            "format": job.format,
        },
        "reference": job.reference,
        "metadata": job.metadata,
        "model": {"name": job.model_name, "version": job.model_version},
        "error": job.error_code or None,
        "queued_as": job.queue_owner,
        "created_at": iso(job.created_at),
        "finished_at": iso(job.finished_at),
    }
