"""What is refused before a run is made; for forms, commands and the API alike."""

from collections.abc import Sequence
from typing import Any

from colorweb import gpus, runtime
from colorweb.errors import DomainError
from ml.models.datasets import DataSet
from ml.models.versions import ModelVersion
from ml.resnet_gray.training.recipes import PRESETS as RECIPES
from ml.training.options import BOUNDS, PRECISIONS, PRESETS, SERVED, Options
from ml.versions import registry

STEPS = {"resnet-gray-unet": 32, "resnet-gray": 8}
"""Pixels that the sides of what a network sees are multiples of, by architecture."""


class WrongOption(DomainError):
    """One option is wrong: that of `name`."""

    def __init__(self, name: str, code: str, **params: Any) -> None:
        super().__init__(code, **params)
        self.name = name


def verify(preset: str, data_sets: Sequence[DataSet], options: Options, base: str | None) -> None:
    """Raises DomainError for what a run could not begin with, WrongOption for an option of it."""
    if preset not in PRESETS:
        raise WrongOption("preset", "option_unknown", option="preset", value=preset)
    _verify_sets(data_sets)
    architecture = _architecture(preset, base)
    _verify_bounds(options)
    if options.size and options.size % STEPS[architecture]:
        raise WrongOption("size", "size_not_a_step", step=STEPS[architecture])
    photos = usable(data_sets, options)
    if options.batch and options.batch > photos:
        raise WrongOption("batch", "batch_too_large", batch=options.batch, photos=photos)
    here = gpus.count()
    on_this_machine = not runtime.environment_value("REDIS_URL")  # else training may be elsewhere
    if on_this_machine and options.devices > max(1, here):
        raise WrongOption("devices", "too_few_devices", chosen=options.devices, here=here)


def usable(data_sets: Sequence[DataSet], options: Options) -> int:
    """How many photos a run learns from."""
    photos = sum(data_set.training for data_set in data_sets)
    return min(photos, options.limit or photos)


def _verify_sets(data_sets: Sequence[DataSet]) -> None:
    if not data_sets:
        raise DomainError("no_data_set")
    for data_set in data_sets:
        if data_set.state != DataSet.State.READY:
            raise DomainError("data_set_not_ready", name=data_set.name)
    if all(data_set.is_reference for data_set in data_sets):
        raise DomainError("data_set_is_reference", name=data_sets[0].name)


def _architecture(preset: str, base: str | None) -> str:
    """Of the network that is trained."""
    if base is None and PRESETS[preset].from_served:
        base = SERVED
    if not base:
        return RECIPES[PRESETS[preset].recipe].architecture
    try:
        version = registry.current() if base == SERVED else registry.resolve(base)
    except LookupError as error:
        raise DomainError("unknown_model", name=base) from error
    return _known(version)


def _known(version: ModelVersion) -> str:
    return version.architecture if version.architecture in STEPS else "resnet-gray-unet"


def _verify_bounds(options: Options) -> None:
    for name, (least, most) in BOUNDS.items():
        value = getattr(options, name)
        if value is not None and not least <= value <= most:
            bounds = {"least": f"{least:g}", "most": f"{most:g}"}
            raise WrongOption(name, "option_out_of_range", option=name, **bounds)
    if options.precision not in PRECISIONS:
        raise WrongOption(
            "precision", "option_unknown", option="precision", value=options.precision
        )
