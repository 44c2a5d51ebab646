"""The versions of a photo: each a finished coloring that never changes; one of them is in use."""

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction

from colorweb.accounts.visitors import Visitor
from colorweb.errors import DomainError
from jobs.models import Job, Photo, State
from jobs.photos import intake
from jobs.queue import fair_share, limits
from jobs.storage import files
from ml.imaging import geometry
from ml.models import ModelVersion
from ml.versions import offers, registry

COUNTED = (State.QUEUED, State.RUNNING, State.SUCCEEDED)
"""Jobs that make another one like them needless."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a version is made with; `hints` and `geometry` are as their rows keep them."""

    model: str = ""
    network_size: int | None = None
    hints: tuple[dict[str, float], ...] = ()
    geometry: dict[str, Any] | None = None


def recipe_of(job: Job) -> Recipe:
    """What a job was made with; its model as the version that colored it, if that is still here."""
    return made_with(job)[0]


def takes_hints(job: Job) -> bool:
    """Whether the colors of this version can be mended: its network is here and takes hints."""
    network = made_with(job)[1]
    return network is not None and network.takes_hints


def made_with(job: Job) -> tuple[Recipe, ModelVersion | None]:
    """The recipe of a job, and its network if that is here."""
    recipe = Recipe(job.model, job.network_size, tuple(job.hints), job.geometry)
    colored_by = [f"{job.model_name}@{job.model_version}"] if job.model_name else []
    for model in (*colored_by, job.model):
        with suppress(LookupError):
            return replace(recipe, model=model), registry.resolve(model)
    return recipe, None


def basis_of(photo: Photo) -> Job:
    """The job from which a photo's next one takes what is not said otherwise."""
    job = photo.version or photo.newest
    if job is None:
        raise ValueError("a photo without a job")
    job.photo = photo
    return job


def make(photo: Photo, visitor: Visitor, recipe: Recipe) -> tuple[Job, bool]:
    """The job that makes this version of a photo, and whether it is new.

    There is never a second version like one that is there: that one comes into use instead.
    Raises DomainError, and LookupError for an unknown model.
    """
    network = _network_for(photo, recipe.model)
    if recipe.hints and not network.takes_hints:
        raise DomainError("hints_unsupported", name=network.name)
    if found := _equal(photo, network, recipe):
        if found.state == State.SUCCEEDED:
            use(found)
        return found, False
    limits.check(visitor)
    shape = geometry.read(recipe.geometry)
    job = basis_of(photo).copy(
        batch=None,
        batch_index=None,
        queue_owner=visitor.queue_owner,
        frame=intake.frame_of(photo, recipe.model, recipe.network_size, shape),
        model=recipe.model,
        network_size=recipe.network_size,
        hints=list(recipe.hints),
        geometry=recipe.geometry,
        vividness=photo.vividness,
        tones=photo.tones,
    )
    return fair_share.enqueue(job), True


def _network_for(photo: Photo, model: str) -> ModelVersion:
    """The network of a model spec: one that visitors may use, or that has colored this photo.

    Raises LookupError, and DomainError for one that is archived.
    """
    network = registry.resolve(model)
    known = photo.jobs.filter(model_name=network.name, model_version=network.version)
    return network if known.exists() else offers.usable(model)


def use(job: Job) -> None:
    """Show a photo in the colors of this succeeded job, everywhere."""
    Photo.objects.filter(pk=job.photo_id).update(version=job)
    job.photo.version = job


def delete(job: Job) -> None:
    """Delete a version with its files. Raises DomainError for the one that is in use."""
    names = {files.name_of(job, kind) for kind in files.of_result(job)}
    for_owner = job.renditions.exclude(file="").filter(counted_to="")
    counted = names | set(for_owner.values_list("file", flat=True))
    size = files.weigh(filter(default_storage.exists, counted))
    names |= set(job.renditions.exclude(file="").values_list("file", flat=True))
    with transaction.atomic():
        photo = Photo.objects.select_for_update().get(pk=job.photo_id)
        if photo.version_id == job.pk:
            raise DomainError("version_in_use")
        was_newest = photo.newest_id == job.pk
        job.delete()
        if was_newest:
            newest = photo.jobs.order_by("-created_at")[0]
            Photo.objects.filter(pk=photo.pk).update(
                newest=newest, state=newest.state, colored_by=newest.model_name
            )
        files.count(photo.pk, -size)
        transaction.on_commit(lambda: files.delete(names))


def _equal(photo: Photo, network: ModelVersion, recipe: Recipe) -> Job | None:
    """The newest of a photo's jobs that makes, or has made, the same version."""
    usual = network.card["default_size"]
    for job in photo.jobs.filter(state__in=COUNTED).order_by("-created_at"):
        job.photo = photo
        if (
            (job.network_size or usual) == (recipe.network_size or usual)
            and tuple(job.hints) == recipe.hints
            and geometry.read(job.geometry) == geometry.read(recipe.geometry)
            and _network_of(job) == (network.name, network.version)
        ):
            return job
    return None


def _network_of(job: Job) -> tuple[str, str]:
    """Name and version of the network that colors, or has colored, a job."""
    if job.state == State.SUCCEEDED:
        return job.model_name, job.model_version
    try:
        network = registry.resolve(job.model)
    except LookupError:
        return "", ""
    return network.name, network.version
