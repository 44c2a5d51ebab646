"""ResNet-Gray: networks that give black-and-white photos their colors back.

Needs torch, torchvision, numpy, Pillow, OpenCV and safetensors, and nothing of the site.
Names are imported on first use, so that torch-free parts (``photos``, ``cards``) stay torch-free.
"""

from importlib import import_module
from typing import Any

_HOME = {
    "Colorizer": "network.colorizer",
    "Prediction": "network.networks",
    "ResNetGray": "network.networks",
    "ResNetGrayUNet": "network.networks",
    "lab_to_rgb": "network.lab",
    "rgb_to_lab": "network.lab",
}

__all__ = [*_HOME]  # noqa: PLE0604 (every key is a string)


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
