"""The site's settings with everything it makes in a folder that goes away after the tests."""

import os
import tempfile

# One folder for each process of pytest-xdist; processes that tests start inherit it.
FOLDER = f"colorweb-tests-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}-"
if FOLDER not in os.environ.get("VAR_DIR", ""):
    os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix=FOLDER)
os.environ.pop("REDIS_URL", None)
os.environ.pop("CACHE_URL", None)
os.environ["DATABASE_URL"] = (
    os.environ.get("TEST_DATABASE_URL") or f"sqlite:///{os.environ['VAR_DIR']}/db.sqlite3"
)

from colorweb.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":  # noqa: F405
    # A file, as on a real machine: SQLite's in-memory database locks whole tables.
    DATABASES["default"]["TEST"] = {"NAME": VAR_DIR / "test.sqlite3"}  # noqa: F405
STATIC_ROOT.mkdir(exist_ok=True)  # noqa: F405
DJANGO_VITE = {
    "default": {"manifest_path": BASE_DIR / "frontend" / "dist" / "manifest.json"}  # noqa: F405
}
