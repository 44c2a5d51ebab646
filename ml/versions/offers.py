"""Which versions visitors may use: in service, what a name stands for, and what staff offer."""

from django.db import transaction
from django.db.models import Q

from colorweb.audit.records import record
from colorweb.errors import DomainError
from ml.models import UNDECIDED, ModelVersion, Promotion
from ml.resnet_gray.network.cards import Card
from ml.versions import registry

OFFERED, ARCHIVED = ModelVersion.Standing.OFFERED, ModelVersion.Standing.ARCHIVED


def is_usable(version: ModelVersion) -> bool:
    """Whether visitors may have photos colored by it: it is in service, its name stands for it,
    or staff offer it.
    """
    if version.is_archived:
        return False
    if version.standing == OFFERED or version == registry.current():
        return True
    return version == registry.current_or_none(version.name)


def usable(spec: str) -> ModelVersion:
    """The version of a spec, for a visitor's new photo. Raises LookupError where there is none or
    visitors may not use it, DomainError where it is archived.
    """
    version = registry.resolve(spec)
    if version.is_archived:
        raise DomainError("model_archived", version=str(version))
    # A version that was not named is one that its name, or none, stands for.
    if "@" in spec and not is_usable(version):
        raise LookupError(f"There is no version {version.version!r} of {version.name!r} in use.")
    return version


def set_standing(version: ModelVersion, standing: str) -> None:
    """Offer a version to visitors, stop to, or archive it. Raises DomainError for the one that is
    in service or on its way there.
    """
    under_way = Promotion.objects.filter(version=version, state__in=UNDECIDED)
    if standing == ARCHIVED and (version == registry.current() or under_way.exists()):
        raise DomainError("in_service.archive")
    before = version.standing
    with transaction.atomic():
        ModelVersion.objects.filter(pk=version.pk).update(standing=standing)
        version.standing = standing
        if standing != before:
            was, now = {"standing": before}, {"standing": standing}
            record("version's standing changed", version, before=was, after=now)


def offered() -> list[tuple[str, str]]:
    """What visitors can choose, each with its title; names, and versions that no name stands for.

    First the empty name, which is whatever is in service.
    """
    now = registry.overview()
    found: dict[str, str] = {}
    for line in registry.lines(public=True, now=now):
        for version in line.versions:
            spec = line.name if version == line.current else str(version)
            title = _title(version.card)
            found[spec] = title if version == line.current else f"{title} ({version.version})"
    return [("", _title(now.serving.card)), *sorted(found.items())]


def _title(card: Card) -> str:
    return str(card.get("title") or card["name"])


def names_in_use() -> list[str]:
    """The names of versions that have colored, or may color, visitors' photos."""
    tried = Q(promotions__state__in=["canary", "serving", "rolled_back"])
    named = ModelVersion.objects.filter(tried | Q(standing=OFFERED)).order_by("name")
    return list(named.values_list("name", flat=True).distinct())
