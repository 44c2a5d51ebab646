"""What the registry of versions promises."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from ml.models import ModelVersion, Promotion
from ml.resnet_gray.network import weights
from ml.resnet_gray.network.cards import CardError
from ml.versions import catalog, offers, registry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folders(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MODEL_CACHE = tmp_path / "cache"


@pytest.fixture
def trained(tmp_path):
    """A weights file as a training run leaves it."""
    net, card = weights.untrained("resnet-gray", seed=1)
    path = tmp_path / "model.safetensors"
    weights.save(path, net, card | {"name": "mine", "metrics": {"mse": 0.002}})
    return path


def promote(version: ModelVersion) -> None:
    """A version goes into service."""
    Promotion.objects.create(kind="promoted", version=version, before=registry.current())


def test_a_registered_version_records_what_it_is_and_is_kept_in_the_storage(trained):
    version = registry.register(trained, note="first try", recipe={"epochs": 2})
    assert (version.name, version.architecture) == ("mine", "resnet-gray")
    assert (version.note, version.recipe) == ("first try", {"epochs": 2})
    assert version.metrics == {"mse": 0.002}
    with default_storage.open(version.file) as file:
        assert file.read() == trained.read_bytes()


def test_the_same_weights_are_the_same_version(trained):
    assert registry.register(trained) == registry.register(trained, name="other")
    assert ModelVersion.objects.count() == 1


def test_what_is_no_model_is_refused(tmp_path):
    path = tmp_path / "no.safetensors"
    path.write_bytes(b"\x02\0\0\0\0\0\0\0{}")
    with pytest.raises(CardError, match="not a model of this project"):
        registry.register(path)


@pytest.mark.parametrize("name", ["../up", "Two words", "a@b", "x" * 61])
def test_a_name_must_do_in_an_address(trained, name):
    with pytest.raises(CardError, match="cannot name a model"):
        registry.register(trained, name=name)


def test_until_somebody_promotes_the_default_that_ships_is_in_service():
    assert registry.current() == registry.built_in()
    assert registry.current().ships
    assert registry.current().name == catalog.card()["name"]


def test_a_promoted_version_is_what_everybody_gets(trained):
    version = registry.register(trained)
    promote(version)
    assert registry.current() == registry.resolve("") == registry.resolve("mine") == version
    assert registry.resolve(catalog.card()["name"]) == registry.built_in()


def test_a_version_can_be_asked_for_by_its_digits(trained):
    version = registry.register(trained)
    assert registry.resolve(f"mine@{version.version}") == version
    assert registry.resolve(f"mine@{version.sha256}") == version


@pytest.mark.parametrize("model", ["mine", "mine@0123", "mine@000000000000", "nobody", "mine@"])
def test_a_version_that_is_not_there_is_reported(trained, model):
    registry.register(trained)
    with pytest.raises(LookupError, match="There is no"):
        registry.resolve(model)


def test_a_default_of_an_earlier_release_gives_way_to_the_one_that_ships_now(trained):
    old = registry.built_in()
    promote(old)
    ModelVersion.objects.filter(pk=old.pk).update(sha256="0" * 64)
    assert registry.current().ships
    assert registry.current().sha256 != "0" * 64


def test_a_local_copy_is_checked_each_time_and_mended(trained):
    version = registry.register(trained)
    path = registry.local_file(version)
    path.write_bytes(b"something else")
    assert registry.local_file(version).read_bytes() == trained.read_bytes()


def test_weights_that_changed_in_the_storage_are_refused(trained):
    version = registry.register(trained)
    default_storage.delete(version.file)
    with pytest.raises(registry.WeightsUnavailable, match="not in the storage"):
        registry.local_file(version)
    default_storage.save(version.file, ContentFile(b"something else"))
    with pytest.raises(registry.WeightsUnavailable, match="have changed"):
        registry.local_file(version)


def test_every_shipped_model_has_a_row():
    registry.add_shipped()
    names = {card["name"] for card in catalog.shipped()}
    assert set(ModelVersion.objects.values_list("name", flat=True)) == names


def test_people_are_offered_what_ships_and_what_was_promoted(trained):
    shipped = [(card["name"], card["title"]) for card in catalog.shipped()]
    in_service = ("", catalog.card()["title"])
    assert offers.offered() == [in_service, *sorted(shipped)]
    version = registry.register(trained)
    assert offers.offered() == [in_service, *sorted(shipped)]
    promote(version)
    titles = dict(offers.offered())
    assert titles.keys() == {"", "mine", *dict(shipped)}
    assert titles[""] == titles["mine"]
