"""What a process that colors promises while versions come and go."""

import pytest
from django.core.files.storage import default_storage

from colorweb.errors import DomainError
from ml.versions import promotion, registry, serving
from tests.ml import networks

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def folder(tmp_path, settings, monkeypatch):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MODEL_CACHE = tmp_path / "cache"
    path = networks.file(tmp_path, seed=0, name="first")
    monkeypatch.setenv("COLORWEB_MODEL", str(path))
    return tmp_path


def test_the_next_photo_is_colored_by_the_version_just_promoted(folder):
    held = serving.Networks()
    assert held.get("").name == "first"
    version = networks.version(folder, 1)
    networks.put_in_service(version)
    assert held.get("").sha256 == version.sha256
    promotion.roll_back()
    assert held.get("").name == "first"


def test_a_version_that_cannot_be_loaded_leaves_the_old_one_and_says_so(folder):
    held = serving.Networks()
    version = networks.version(folder, 1)
    networks.put_in_service(version)
    registry.local_file(version).unlink()
    default_storage.delete(version.file)
    assert held.get("").name == "first"
    assert "not in the storage" in held.about()["problem"]
    promotion.roll_back()
    assert held.get("").name == "first"
    assert held.about()["problem"] == ""


def test_a_process_that_starts_without_the_version_in_service_colors_with_what_ships(folder):
    version = networks.version(folder, 1)
    networks.put_in_service(version)
    registry.local_file(version).unlink()
    default_storage.delete(version.file)
    held = serving.Networks()
    assert held.get("").name == "first"
    assert "not in the storage" in held.about()["problem"]


def test_a_version_asked_for_by_its_digits_is_that_one_or_none(folder):
    held = serving.Networks()
    version = networks.version(folder, 1)
    assert held.get(str(version)).sha256 == version.sha256
    with pytest.raises(DomainError, match="cannot be loaded now"):
        held.get("mine@000000000000")


def test_one_file_is_loaded_once_however_it_is_called(folder):
    held = serving.Networks()
    assert held.get("").colorizer is held.get("first").colorizer


def test_only_so_many_networks_are_kept(folder):
    held = serving.Networks()
    versions = [networks.version(folder, seed) for seed in range(1, serving.MAX_NETWORKS + 3)]
    for version in versions:
        held.get(str(version))
    assert len(held._kept) == serving.MAX_NETWORKS + 1
    assert held.in_service.name == "first"
