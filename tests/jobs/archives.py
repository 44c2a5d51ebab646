"""Photos for zips, and what is in these."""

import io
import zipfile
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from colorweb.accounts.models import User
from jobs.models import Archive, Job, Photo, State
from tests.jobs import make


def photo(user: User | None, name: str = "old.jpg", content: bytes | None = b"in color") -> Photo:
    """A photo of the user's, or a guest's, with a result; without content it has none."""
    who: dict[str, Any] = {"owner": user, "guest": ""} if user else {}
    job = make.job(photo=make.photo(**who))
    Photo.objects.filter(pk=job.photo_id).update(name=name)
    if content is not None:
        result = default_storage.save(job.file("result"), ContentFile(content))
        Job.objects.filter(pk=job.pk).update(state=State.SUCCEEDED, result=result)
        Photo.objects.filter(pk=job.photo_id).update(version=job)
    return Photo.objects.get(pk=job.photo_id)


def content(archive: Archive) -> dict[str, bytes]:
    archive.refresh_from_db()
    with zipfile.ZipFile(io.BytesIO(default_storage.open(archive.file).read())) as found:
        assert found.testzip() is None
        return {name: found.read(name) for name in found.namelist()}
