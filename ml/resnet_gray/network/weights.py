"""Weights files: safetensors with a model card, kernels in half precision."""

import os
from pathlib import Path

import safetensors.torch
import torch
from torch import Tensor

from .bins import srgb_bins
from .cards import ADDED, Card, CardError, read_card, to_metadata
from .networks import Network, ResNetGray, ResNetGrayUNet

__all__ = ["build", "load", "new_card", "read_card", "save", "untrained"]


def build(
    architecture: str,
    bins: Tensor | None = None,
    pretrained: dict[str, Tensor] | None = None,
    hints: bool = False,
) -> Network:
    """A network by the name of its architecture; ``bins`` Q,2 for one that answers in bins,
    ``hints`` for one with layers that listen to hints. Raises CardError.
    """
    if architecture == ResNetGray.architecture:
        return ResNetGray(pretrained)
    if architecture == ResNetGrayUNet.architecture:
        return ResNetGrayUNet(srgb_bins() if bins is None else bins, pretrained, hints=hints)
    raise CardError(f"no network is called {architecture!r}")


def save(path: Path | str, net: Network, card: Card) -> None:
    """Writes the network and its card at once: a reader finds the old file or the new one.

    Kernels become half precision; vectors (batch statistics above all, which span more than
    half precision holds) stay as they are.
    """
    tensors = {
        name: (value.half() if value.dim() > 1 else value).contiguous().cpu()
        for name, value in net.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }
    path = Path(path)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    safetensors.torch.save_file(tensors, part, to_metadata(card))
    part.replace(path)


def build_for(architecture: str, tensors: dict[str, Tensor]) -> Network:
    """A network that such values fit: older ones have no layers for hints, nor
    a head for vividness.
    """
    parts = {name.split(".")[0] for name in tensors}
    net = build(architecture, tensors.get("bins"), hints="hints" in parts)
    if isinstance(net, ResNetGrayUNet) and "vivid" in parts:
        net.add_vivid_head()
    return net


def load(path: Path | str, device: str = "cpu") -> tuple[Network, Card]:
    """The network, in evaluation mode and single precision, and its card. Raises CardError."""
    card = read_card(path)
    tensors = {k: v.float() for k, v in safetensors.torch.load_file(path).items()}
    net = build_for(card["architecture"], tensors)
    missing, unexpected = net.load_state_dict(tensors, strict=False)
    missing = [name for name in missing if not name.endswith(("num_batches_tracked", *ADDED))]
    if missing or unexpected:
        raise CardError(f"{path} does not fit {card['architecture']}: {(missing + unexpected)[0]}")
    return net.to(device).eval(), card


def untrained(
    architecture: str = ResNetGrayUNet.architecture, seed: int = 0
) -> tuple[Network, Card]:
    """A network with random values and a card for it: same seed, same network."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = build(architecture).eval()
    return net, new_card(architecture)


def new_card(architecture: str, **more: object) -> Card:
    """A card with every key, for a network that nobody has trained yet."""
    return {
        "name": architecture,
        "architecture": architecture,
        "title": "ResNet-Gray U-Net" if architecture.endswith("unet") else "ResNet-Gray",
        "license": "",
        "trained_on": "",
        "default_size": 256,
        "temperature": 0.38,
        "chroma": 1.0,
        "mean_ab": [0.0, 0.0],
        "metrics": {},
        **more,
    }
