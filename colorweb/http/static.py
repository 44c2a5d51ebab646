"""Static files: named after what they hold, and no thread for each request that passes by."""

import hashlib
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):
    """WhiteNoise's storage; scripts import each other by the names that pages preload."""

    support_js_module_import_aggregation = True


class StaticFiles(WhiteNoiseMiddleware):
    """WhiteNoise for an asynchronous chain.

    One synchronous middleware would make every request behind it hold a thread until its answer
    is there, those too that wait for a job.
    """

    async_capable = True

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        answer = super().__call__(request)
        return self._awaited(answer) if iscoroutinefunction(self) else answer

    @staticmethod
    async def _awaited(answer: Awaitable[HttpResponseBase] | HttpResponseBase) -> HttpResponseBase:
        return await answer if isinstance(answer, Awaitable) else answer


def collect() -> None:
    """Collects the static files, unless those that were collected last are the same ones.

    Naming and compressing them takes seconds of processor, at each start.
    """
    mark = Path(settings.STATIC_ROOT) / "collected.sha256"
    sources = _fingerprint()
    if mark.exists() and mark.read_text() == sources:
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    mark.write_text(sources)  # last: it stands for files that are all there


def _fingerprint() -> str:
    """The names, sizes and times of all static files, as SHA-256."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            file = Path(storage.path(name)).stat()
            digest.update(f"{name} {file.st_size} {file.st_mtime_ns}\n".encode())
    return digest.hexdigest()
