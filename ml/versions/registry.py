"""The versions of the networks: which there are, which is in service, where their weights lie.

A version never changes. In service is the version of the last promotion; before the first,
the default that ships. Never imports torch.
"""

import hashlib
import os
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from colorweb.errors import DomainError
from ml.models import ModelVersion, Promotion
from ml.models.versions import SHORT
from ml.resnet_gray.network.cards import Card, CardError, read_card
from ml.versions import catalog

REVISION = 80  # letters that a row keeps
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")


class WeightsUnavailable(DomainError):
    """The weights of a version are not where they should be, or are not what they were."""

    def __init__(self, reason: str) -> None:
        super().__init__("model_unavailable.weights", reason=reason)


def register(path: Path | str, *, name: str = "", **facts: Any) -> ModelVersion:
    """Keep a weights file as a version; the same weights are the same version.

    ``name`` is what callers ask for, by default the one on the model card; ``facts`` are other
    fields of the row. Raises OSError, or CardError where the file is not a model of ours.
    """
    path = Path(path)
    card = read_card(path)
    name = name or str(card["name"])
    if not NAME.fullmatch(name):
        raise CardError(f"{name!r} cannot name a model: small letters, digits, '.', '_' and '-'")
    sha256 = _sha256_of(path)
    if known := ModelVersion.objects.filter(sha256=sha256).first():
        return known
    stored = f"models/{sha256}.safetensors"
    if not default_storage.exists(stored):
        with path.open("rb") as file:
            stored = default_storage.save(stored, File(file))
    facts = {"metrics": card.get("metrics") or {}, **facts}
    return _add(_row(path, card, sha256, name=name, file=stored, **facts))


def current(name: str = "") -> ModelVersion:
    """The version in service; with a name, the one of that name that was so last.

    A name that never was in service means the model of that name that ships. Raises LookupError.
    """
    found = Promotion.objects.select_related("version")
    if name:
        found = found.filter(version__name=name)
    last = found.first()
    if last is None or (last.version.ships and not _shipped_file(last.version.sha256)):
        return built_in(name)
    return last.version


def resolve(spec: str) -> ModelVersion:
    """The version of a spec: empty, a name, or `name@version`. Raises LookupError."""
    name, _, version = spec.partition("@")
    if not version:
        return current(name)
    found = None
    if len(version) >= SHORT:
        found = ModelVersion.objects.filter(name=name, sha256__startswith=version).first()
    if found is None:
        raise LookupError(f"There is no version {version!r} of a model called {name!r}.")
    return found


def built_in(name: str = "") -> ModelVersion:
    """The version that ships under that name; empty: the default one. Raises LookupError."""
    path = catalog.find(name)
    card = catalog.card(name)
    sha256 = _sha256_of(path)
    known = ModelVersion.objects.filter(sha256=sha256).first()
    return known or _add(_row(path, card, sha256, metrics=card.get("metrics") or {}))


def add_shipped() -> None:
    """Give every model that ships a row, so that lists show it."""
    for card in catalog.shipped():
        built_in(card["name"])


def offered() -> list[tuple[str, str]]:
    """The names that stand for a version now, each with its title: what ships, what was promoted.

    First the empty name, which is whatever is in service.
    """
    titles = {card["name"]: _title(card) for card in catalog.shipped()}
    promoted = Promotion.objects.order_by().values_list("version__name", flat=True).distinct()
    for name in promoted:
        if version := _current_or_none(name):
            titles[name] = _title(version.card)
    return [("", _title(current().card)), *sorted(titles.items())]


def _title(card: Card) -> str:
    return str(card.get("title") or card["name"])


@dataclass(frozen=True, slots=True)
class Line:
    """The versions of one name, the newest first; `current` is what the name stands for."""

    name: str
    versions: list[ModelVersion]
    current: ModelVersion | None
    in_service: bool

    @property
    def newest(self) -> ModelVersion:
        """The version whose card speaks for the name."""
        return self.current or self.versions[0]


def lines() -> list[Line]:
    """All versions by name, in the order of names."""
    add_shipped()
    serving = current()
    names: dict[str, list[ModelVersion]] = {}
    for version in ModelVersion.objects.order_by("name", "-created_at"):
        names.setdefault(version.name, []).append(version)
    return [
        Line(name, versions, _current_or_none(name), in_service=name == serving.name)
        for name, versions in names.items()
    ]


def _current_or_none(name: str) -> ModelVersion | None:
    try:
        return current(name)
    except LookupError:
        return None


def local_file(version: ModelVersion) -> Path:
    """The weights as a file here, their SHA-256 checked. Raises WeightsUnavailable, OSError."""
    if version.ships:
        if path := _shipped_file(version.sha256):
            return path
        raise WeightsUnavailable(f"{version} came with another release of the program.")
    path = settings.MODEL_CACHE / f"{version.sha256}.safetensors"
    if path.exists() and _digest(path) == version.sha256:
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with default_storage.open(version.file) as source, part.open("wb") as target:
            for block in source.chunks(1 << 20):
                target.write(block)
        if _digest(part) != version.sha256:
            raise WeightsUnavailable(f"The weights of {version} have changed in the storage.")
        part.replace(path)
    except FileNotFoundError as error:
        raise WeightsUnavailable(f"The weights of {version} are not in the storage.") from error
    finally:
        part.unlink(missing_ok=True)
    return path


def _row(path: Path, card: Card, sha256: str, **fields: Any) -> ModelVersion:
    return ModelVersion(
        **{
            "name": card["name"],
            "sha256": sha256,
            "bytes": path.stat().st_size,
            "card": card,
            "architecture": card["architecture"],
            "code_revision": str(card.get("code_revision") or "")[:REVISION],
            **fields,
        }
    )


def _add(version: ModelVersion) -> ModelVersion:
    """Save a row, or find that somebody else has just saved the same."""
    try:
        with transaction.atomic():
            version.save(force_insert=True)
    except IntegrityError:
        return ModelVersion.objects.get(sha256=version.sha256)
    return version


def _shipped_file(sha256: str) -> Path | None:
    paths = [catalog.find(card["name"]) for card in catalog.shipped()]
    return next((p for p in [catalog.default(), *paths] if _sha256_of(p) == sha256), None)


def _sha256_of(path: Path) -> str:
    return _cached_digest(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=32)
def _cached_digest(path: Path, _changed: int) -> str:
    return _digest(path)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
