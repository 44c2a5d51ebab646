"""Networks for tests: untrained, small on disk, each seed another version."""

from datetime import timedelta
from pathlib import Path

import torch

from ml.models import ModelVersion
from ml.resnet_gray.network import weights
from ml.versions import registry

SECOND = timedelta(seconds=1)
torch.set_num_threads(1)  # small networks: more threads would only wait for each other


def file(folder: Path, seed: int = 0, name: str = "mine", **card: object) -> Path:
    """A weights file as a training run leaves it."""
    net, made = weights.untrained("resnet-gray", seed=seed)
    path = folder / f"{name}-{seed}.safetensors"
    weights.save(path, net, made | {"name": name, "default_size": 64, **card})
    return path


def version(folder: Path, seed: int = 0, name: str = "mine", **card: object) -> ModelVersion:
    """The same, registered."""
    return registry.register(file(folder, seed, name, **card))
