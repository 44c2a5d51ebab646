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
from django.db.models import QuerySet

from colorweb.errors import DomainError
from colorweb.prepared import Prepared
from ml.models import ModelVersion, Promotion
from ml.models.versions import SHORT
from ml.resnet_gray.network.cards import Card, CardError, read_card
from ml.versions import catalog

OFFERED, ARCHIVED = ModelVersion.Standing.OFFERED, ModelVersion.Standing.ARCHIVED
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


def last_promotion(name: str = "", *, without: Promotion | None = None) -> Promotion | None:
    """The promotion that counts: the last that was not taken back; with a name, of that name;
    `without` one, as if that had been taken back.

    None before the first, and once the program has another version of what it put in service.
    """
    if name or without:
        serving = _serving()
        if without:
            serving = serving.exclude(pk=without.pk)
        if name:
            serving = serving.filter(version__name=name).exclude(version__standing=ARCHIVED)
        last = serving.first()
    else:
        last = _last_promotion.first()
    gone = last and last.version.ships and not _shipped_file(last.version.sha256)
    return None if gone else last


def _serving() -> QuerySet[Promotion]:
    return Promotion.objects.select_related("version").filter(
        kind=Promotion.Kind.PROMOTED, state=Promotion.State.SERVING
    )


_last_promotion = Prepared(lambda: _serving()[:1])


def current(name: str = "") -> ModelVersion:
    """The version in service; with a name, what that name stands for.

    That is the version of the name that was in service last, else the model of that name that
    ships, else the newest that staff offer. Raises LookupError.
    """
    if last := last_promotion(name):
        return last.version
    try:
        return built_in(name)
    except LookupError:
        named = ModelVersion.objects.filter(name=name)
        found = named.filter(standing=OFFERED).first()
        was_serving = Promotion.objects.filter(
            version__name=name, state=Promotion.State.SERVING, kind=Promotion.Kind.PROMOTED
        ).select_related("version")
        if found is None and (archived := was_serving.first()):
            found = archived.version  # its callers learn that it is archived
        if found is None:
            raise
        return found


def resolve(spec: str) -> ModelVersion:
    """The version of a spec: empty, a name, or `name@version`. Raises LookupError."""
    name, _, version = spec.partition("@")
    if not version:
        return current(name)
    found = None
    if len(version) >= SHORT:
        found = _named.first(name=name, least=version, beyond=version + "z")
    if found is None:
        raise LookupError(f"There is no version {version!r} of a model called {name!r}.")
    return found


# Digests that begin with a version lie between it and what comes after all of them.
_named = Prepared(
    lambda name, least, beyond: ModelVersion.objects.filter(
        name=name, sha256__gte=least, sha256__lt=beyond
    )[:1],
    name=str,
    least=str,
    beyond=str,
)


def built_in(name: str = "") -> ModelVersion:
    """The version that ships under that name; empty: the default one. Raises LookupError."""
    path = catalog.find(name)
    card = catalog.card(name)
    sha256 = _sha256_of(path)
    known = _of_weights.first(sha256=sha256)
    return known or _add(_row(path, card, sha256, metrics=card.get("metrics") or {}))


_of_weights = Prepared(lambda sha256: ModelVersion.objects.filter(sha256=sha256), sha256=str)


def add_shipped() -> None:
    """Give every model that ships a row, so that lists show it."""
    for card in catalog.shipped():
        built_in(card["name"])


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


@dataclass(frozen=True, slots=True)
class Overview:
    """All versions that are not archived, and what stands for what; read by two queries."""

    versions: list[ModelVersion]
    serving: ModelVersion
    stands: dict[str, ModelVersion | None]


def overview() -> Overview:
    """How versions stand now."""
    shipped = {card["name"]: _sha256_of(catalog.find(card["name"])) for card in catalog.shipped()}
    default = _sha256_of(catalog.default())
    versions = _kept()
    if not {default, *shipped.values()} <= {version.sha256 for version in versions}:
        built_in()
        add_shipped()
        versions = _kept()
    by_sha = {version.sha256: version for version in versions}
    here = {default, *shipped.values()}
    rows = [by_sha.get(sha) for (sha,) in _promoted()]
    last = [
        version for version in rows if version and (not version.ships or version.sha256 in here)
    ]
    in_service = rows[0] if rows and rows[0] in last else by_sha.get(default)
    shipped |= {by_sha[default].name: default} if default in by_sha else {}
    stands: dict[str, ModelVersion | None] = {}
    for name in dict.fromkeys(version.name for version in versions):
        named = [version for version in versions if version.name == name]
        candidates = [
            *(version for version in last if version.name == name),
            *(version for version in named if version.sha256 == shipped.get(name)),
            *(version for version in named if version.standing == OFFERED),
        ]
        stands[name] = candidates[0] if candidates else None
    return Overview(versions, in_service or current(), stands)


_kept = Prepared(
    lambda: ModelVersion.objects.exclude(standing=ARCHIVED).order_by("name", "-created_at")
)
_promoted = Prepared(lambda: _serving().select_related(None).values_list("version__sha256"))


def lines(*, public: bool = False, now: Overview | None = None) -> list[Line]:
    """The versions by name, in the order of names, without archived ones; `public`: only those
    that visitors may use.
    """
    now = now or overview()
    found = []
    for name, stands in now.stands.items():
        versions = [version for version in now.versions if version.name == name]
        seen = [v for v in versions if v in (stands, now.serving) or v.standing == OFFERED]
        if shown := seen if public else versions:
            found.append(Line(name, shown, stands, in_service=name == now.serving.name))
    return found


def current_or_none(name: str) -> ModelVersion | None:
    """What a name stands for; None where that is nothing, or archived."""
    try:
        version = current(name)
    except LookupError:
        return None
    return None if version.is_archived else version


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
