"""What browsers have to load."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from colorweb.http import static

MAX_SCRIPT = {"src/main.ts": 64_000, "src/staff.ts": 80_000}
"""Bytes before compression, so that phones have parsed a page's scripts in a moment."""


def script_of(entry: str) -> int:
    """Bytes of script that a page with this entry loads, imports included."""
    dist = settings.BASE_DIR / "frontend" / "dist"
    manifest = json.loads((dist / "manifest.json").read_text())
    chunks, files = [entry], set()
    while chunks:
        chunk = manifest[chunks.pop()]
        if chunk["file"] not in files:
            files.add(chunk["file"])
            chunks += [*chunk.get("imports", []), *chunk.get("dynamicImports", [])]
    return sum((dist / name).stat().st_size for name in files)


@pytest.mark.parametrize("entry", MAX_SCRIPT)
def test_a_page_loads_little_script(entry):
    assert 0 < script_of(entry) < MAX_SCRIPT[entry]


def test_a_script_has_one_name_for_all_that_load_it(settings, tmp_path: Path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "colorweb.http.static.HashedFiles"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    names = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    chunks = json.loads((tmp_path / "manifest.json").read_text()).values()
    scripts = [(tmp_path / names[chunk["file"]]).read_text() for chunk in chunks]
    imported = {name for script in scripts for name in re.findall(r'from ?"\./([^"]+)"', script)}
    assert imported
    assert {f"assets/{name}" for name in imported} <= set(names.values())


def test_static_files_are_collected_again_only_when_one_has_changed(settings, tmp_path: Path):
    source, root = tmp_path / "source", tmp_path / "root"
    settings.STATIC_ROOT, settings.STATICFILES_DIRS = root, [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    source.mkdir()
    (source / "a.css").write_text("a")
    static.collect()
    (root / "a.css").write_text("as it was")
    static.collect()
    assert (root / "a.css").read_text() == "as it was"
    (source / "b.css").write_text("b")
    static.collect()
    assert [(root / name).read_text() for name in ("a.css", "b.css")] == ["a", "b"]


@pytest.mark.django_db
def test_pages_load_nothing_from_elsewhere(client):
    for path in ("/", "/gallery/", "/account/login/"):
        page = client.get(path).content.decode()
        assert "https://" not in page
        assert "//cdn" not in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "is_indexed"),
    [("/", True), ("/gallery/", True), ("/about/", True), ("/account/login/", False)],
)
def test_only_pages_for_everybody_are_indexed(client, path, is_indexed):
    page = client.get(path).content.decode()
    assert ('<meta name="robots" content="noindex">' not in page) == is_indexed


def test_robots_find_the_gallery_and_are_kept_from_what_is_ones_own(client):
    answer = client.get("/robots.txt")
    assert answer["Content-Type"].startswith("text/plain")
    assert "Disallow: /account/" in answer.content.decode()
    assert "Disallow: /gallery/" not in answer.content.decode()
