"""Weights files from outside: checked by their header before anything else, never unpickled."""

import json
import math
import shutil
import tempfile
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from colorweb.audit.records import record
from colorweb.errors import DomainError
from ml.models import ModelVersion
from ml.resnet_gray.network.cards import CardError, read_card
from ml.versions import import_cards, import_tensors, registry

TYPES = {"F32": 4, "F16": 2, "BF16": 2, "I64": 8}
"""Bytes of the number types that our networks use."""


def import_file(file: IO[bytes], **facts: Any) -> ModelVersion:
    """Keep an open safetensors file as a version. Raises DomainError with what is wrong with it.

    Its header, values and card are checked here; that it colors, the check before it is put in
    service.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.safetensors"
        with path.open("wb") as target:
            shutil.copyfileobj(file, target, 1 << 20)
        check(path)
        try:
            version = registry.register(path, **facts)
        except CardError as error:
            raise DomainError("not_a_model.card", why=str(error)) from error
    record("version imported", version, after={"sha256": version.sha256, "note": version.note})
    return version


def check(path: Path) -> None:
    """Refuse what is too large, no safetensors file, or no model of ours. Raises DomainError."""
    size = path.stat().st_size
    if size > settings.MODEL_MAX_BYTES:
        raise DomainError(
            "model_too_large",
            limit=settings.MODEL_MAX_BYTES // 1_000_000,
        )
    try:
        header = _header(path, size)
        card = read_card(path)
        start = header["__end__"]
        _check_tensors(header, size)
        import_cards.check(card)
        import_tensors.check(path, start, header, card["architecture"])
    except (CardError, *UNREADABLE) as error:
        raise DomainError(
            "not_a_model",
            why=str(error).removeprefix(f"{path} "),
        ) from error


UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, RecursionError)
"""What a header made by hand may cause."""


def _header(path: Path, size: int) -> dict[str, Any]:
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if not 2 <= length <= min(size - 8, 10_000_000):
            raise ValueError("its header has no sensible length")
        header = json.loads(file.read(length))
    if not isinstance(header, dict):
        raise TypeError("its header is not an object")
    header["__end__"] = 8 + length
    return header


def _check_tensors(header: dict[str, Any], size: int) -> None:
    """Every tensor of a known type, of the length its shape says, one after another to the end."""
    place = 0
    start = header.pop("__end__")
    tensors = {name: about for name, about in header.items() if name != "__metadata__"}
    for name, about in sorted(tensors.items(), key=lambda item: item[1]["data_offsets"]):
        begin, end = about["data_offsets"]
        shape = about["shape"]
        if about["dtype"] not in TYPES or any(type(side) is not int or side < 0 for side in shape):
            raise ValueError(f"{name} has a type or shape that no network has")
        if begin != place or end - begin != math.prod(shape) * TYPES[about["dtype"]]:
            raise ValueError(f"{name} is not as long as its shape says")
        place = end
    if not tensors or start + place != size:
        raise ValueError("its tensors do not fill the file")
