"""What a model from outside must be."""

import json
import pickle
import struct
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from colorweb.errors import DomainError
from ml.models import ModelVersion
from ml.versions import imports, registry
from tests.ml import networks

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MODEL_CACHE = tmp_path / "cache"
    return tmp_path


@pytest.fixture
def content(folder) -> bytes:
    return networks.file(folder, 1).read_bytes()


def changed(content: bytes, change) -> bytes:
    """The file with another header."""
    length = struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8 : 8 + length])
    change(header)
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + content[8 + length :]


def with_card(content: bytes, **entries: object) -> bytes:
    """The file with something else on its card."""

    def change(header: dict) -> None:
        card = json.loads(header["__metadata__"]["card"])
        header["__metadata__"]["card"] = json.dumps(card | entries)

    return changed(content, change)


def renamed(content: bytes, name: str) -> bytes:
    """The file with its first tensor under another name."""

    def change(header: dict) -> None:
        first = next(each for each in header if each != "__metadata__")
        header[name] = header.pop(first)

    return changed(content, change)


def spoiled(content: bytes, value: float) -> bytes:
    """The file with another first value of its first variance, a float32."""
    start = 8 + struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8:start])
    name = next(each for each in header if each.endswith("running_var"))
    place = start + header[name]["data_offsets"][0]
    return content[:place] + struct.pack("<f", value) + content[place + 4 :]


def first_of(header: dict) -> dict:
    return next(value for name, value in header.items() if name != "__metadata__")


def test_a_model_of_ours_is_kept_as_a_version(content):
    version = imports.import_file(BytesIO(content), name="other", note="from a friend")
    assert (version.name, version.note, version.bytes) == ("other", "from a friend", len(content))


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda c: pickle.dumps({"a": 1}), id="pickle"),
        pytest.param(lambda c: b"", id="empty"),
        pytest.param(lambda c: c[:-10], id="cut"),
        pytest.param(lambda c: c + b"more", id="longer"),
        pytest.param(lambda c: b"\xff" * 8 + c[8:], id="header length"),
        pytest.param(lambda c: changed(c, lambda h: h.pop("__metadata__")), id="no card"),
        pytest.param(lambda c: changed(c, lambda h: first_of(h).update(dtype="OBJ")), id="type"),
        pytest.param(lambda c: changed(c, lambda h: first_of(h).update(shape=[2, 3])), id="shape"),
        pytest.param(lambda c: changed(c, lambda h: first_of(h).update(shape=[-1])), id="negative"),
        pytest.param(
            lambda c: changed(c, lambda h: first_of(h).pop("data_offsets")), id="no offsets"
        ),
        pytest.param(
            lambda c: changed(
                c,
                lambda h: h["__metadata__"].update(card=json.dumps({"name": "x"})),
            ),
            id="half a card",
        ),
        *(
            pytest.param(lambda c, v=value: with_card(c, title=v), id=f"title {value!r}")
            for value in ("a\0b", "a\ud800b", float("nan"), 5)
        ),
        *(
            pytest.param(lambda c, k=key, v=value: with_card(c, **{k: v}), id=f"{key} {value!r}")
            for key, value in [
                ("default_size", 100),
                ("default_size", 64.0),
                ("temperature", 0),
                ("chroma", True),
                ("mean_ab", [1]),
                ("mean_ab", [1, "2"]),
                ("common_colors", [[1, 2]] * 9),
                ("architecture", "other"),
            ]
        ),
        pytest.param(lambda c: renamed(c, "backdoor"), id="a tensor that does not belong"),
        pytest.param(lambda c: spoiled(c, float("nan")), id="not a number"),
        pytest.param(lambda c: spoiled(c, -1.0), id="negative variance"),
    ],
)
def test_anything_else_is_refused_with_a_sentence(content, spoil):
    with pytest.raises(DomainError, match="Not a safetensors file of a network of ours"):
        imports.import_file(BytesIO(spoil(content)))
    assert not ModelVersion.objects.exists()


def test_a_file_over_the_limit_is_refused(content, settings):
    settings.MODEL_MAX_BYTES = 1_000_000
    with pytest.raises(DomainError, match="up to 1 MB"):
        imports.import_file(BytesIO(content + b"0" * 1_000_000))


def test_staff_import_compare_promote_and_roll_back_on_pages(content, admin_client):
    file = SimpleUploadedFile("m.safetensors", content)
    admin_client.post(
        reverse("admin:ml_modelversion_import_file"), {"file": file, "name": "friend"}
    )
    version = ModelVersion.objects.get(name="friend")
    page = admin_client.get(f"/admin/ml/modelversion/{version.pk}/change/").content.decode()
    assert "Not compared with the version in service yet" in page
    where = reverse("admin:ml_modelversion_promote", args=[version.pk])
    refused = admin_client.post(where, {"reason": ""}).content.decode()
    assert "has not been compared" in refused
    admin_client.post(where, {"reason": "a friend's"})
    assert [p.reason for p in version.promotions.all()] == ["a friend's"]
    asked = admin_client.get(reverse("admin:ml_modelversion_roll_back")).content.decode()
    assert f"Take {version} back, return to {registry.current()}" in asked
    where = reverse("admin:ml_modelversion_export", args=[version.pk])
    exported = admin_client.get(where, follow=True)
    assert b"".join(exported) == content
    admin_client.post(reverse("admin:ml_modelversion_roll_back"), {"reason": "brown"})
    assert version.promotions.count() == 1
    assert "brown" in admin_client.get("/admin/ml/promotion/").content.decode()
