import pytest

from ml.resnet_gray.network import weights
from ml.versions import catalog


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A network of one's own, named by the environment."""
    net, card = weights.untrained("resnet-gray")
    path = tmp_path / "mine.safetensors"
    weights.save(path, net, card | {"name": "mine"})
    monkeypatch.setenv("COLORWEB_MODEL", str(path))
    return path


def test_environment_names_the_default(own):
    assert catalog.default() == own
    assert catalog.find("") == own
    assert catalog.find("mine") == own
    assert catalog.card()["name"] == "mine"


def test_unknown_model_is_refused_with_what_there_is(own):
    with pytest.raises(LookupError, match=r"There is no model called 'nobody'\. Models here: "):
        catalog.find("nobody")


def test_name_cannot_leave_the_folder(own):
    with pytest.raises(LookupError):
        catalog.find("../weights/mine")


def test_missing_default_is_reported(monkeypatch, tmp_path):
    monkeypatch.setenv("COLORWEB_MODEL", str(tmp_path / "gone.safetensors"))
    with pytest.raises(LookupError, match=r"There is no model at .*gone\.safetensors"):
        catalog.default()


def test_card_of_a_replaced_file_is_read_again(own):
    assert catalog.card()["title"] == "ResNet-Gray"
    net, card = weights.untrained("resnet-gray")
    weights.save(own, net, card | {"name": "mine", "title": "Better"})
    assert catalog.card()["title"] == "Better"
