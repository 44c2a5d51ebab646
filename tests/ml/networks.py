"""Networks for tests: untrained, small on disk, each seed another version."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import torch
from django.db.models.functions import Now

from ml.models import ModelVersion, Promotion
from ml.resnet_gray.network import weights
from ml.versions import catalog, registry

SECOND = timedelta(seconds=1)
torch.set_num_threads(1)  # small networks: more threads would only wait for each other


def file(
    folder: Path,
    seed: int = 0,
    name: str = "mine",
    architecture: str = "resnet-gray",
    **card: object,
) -> Path:
    """A weights file as a training run leaves it."""
    net, made = weights.untrained(architecture, seed=seed)
    path = folder / f"{name}-{seed}.safetensors"
    weights.save(path, net, made | {"name": name, "default_size": 64, **card})
    return path


def version(folder: Path, seed: int = 0, name: str = "mine", **card: Any) -> ModelVersion:
    """The same, registered."""
    return registry.register(file(folder, seed, name, **card))


def good_file(folder: Path, seed: int = 0, name: str = "good", size: int = 64) -> Path:
    """The weights of one that ships, changed so little that it colors as well."""
    net, card = weights.load(catalog.find("resnet-gray"))
    with torch.no_grad():
        for value in net.parameters():
            value.mul_(1 + (1 + seed) / 1000)
            break
    path = folder / f"{name}-{seed}.safetensors"
    weights.save(path, net, card | {"name": name, "default_size": size})
    return path


def broken_file(folder: Path, value: float, name: str = "broken") -> Path:
    """The same with a last layer that adds `value` to a and b, as parts of 255."""
    net, card = weights.load(catalog.find("resnet-gray"))
    with torch.no_grad():
        bias = list(net.parameters())[-1]
        bias.add_(value)
    path = folder / f"{name}.safetensors"
    weights.save(path, net, card | {"name": name, "default_size": 64})
    return path


def put_in_service(version: ModelVersion) -> Promotion:
    """As if it had passed its check and its canary."""
    before = registry.current()
    return Promotion.objects.create(kind="promoted", version=version, before=before)


def canary(version: ModelVersion, share: int = 100) -> Promotion:
    """As if it had passed its check."""
    made = put_in_service(version)
    Promotion.objects.filter(pk=made.pk).update(state="canary", share=share, step_at=Now())
    made.refresh_from_db()
    return made
