"""Static files: named after what they hold, and collected once."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):
    """WhiteNoise's storage; scripts import each other by the names that pages preload."""

    support_js_module_import_aggregation = True


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
