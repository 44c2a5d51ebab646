"""``python -m ml.resnet_gray.evaluation.classify``: how well the gray encoder knows what is on a
photo.

The "accuracy" that the paper reports is most likely this: the share of photos whose class a
ResNet-18 that sees only gray names first (top-1), or among its first five (top-5), as in
Russakovsky et al., "ImageNet Large Scale Visual Recognition Challenge" (IJCV 2015), on the middle
224 px of a photo whose short side is 256 px (He et al., "Deep Residual Learning", 2016).

It needs a whole classifier (``layer4`` and ``fc`` too) and photos in one folder a class; the
folders, sorted by name, are in the order of its answers, as in torchvision's ``ImageFolder``.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import safetensors
import safetensors.torch
import torch
from torch import Tensor, nn

from ml.imaging.photos import SUFFIXES
from ml.imaging.srgb import lightness
from ml.resnet_gray.data.data import DataError
from ml.resnet_gray.data.decoding import decode
from ml.resnet_gray.network import weights
from ml.resnet_gray.network.cards import CardError
from ml.resnet_gray.network.networks import STEM, gray_input
from ml.resnet_gray.network.resnet import encoder_layers
from ml.resnet_gray.progress import bar

SHORT_SIDE, CROP = 256, 224  # pixels
TOP = 5


def classifier(state: dict[str, Tensor], encoder: dict[str, Tensor] | None = None) -> nn.Module:
    """ResNet-18 that takes gray, of torchvision's values ``state``, RGB or already gray.

    ``encoder`` replaces the layers that one of our networks has: what coloring made of them.
    Raises DataError where ``state`` is no whole classifier.
    """
    if "fc.weight" not in state or not any(name.startswith("layer4.") for name in state):
        raise DataError("these weights are no classifier: layer4 or fc is missing")
    layers = (*STEM, "layer1", "layer2", "layer3", "layer4")
    net = encoder_layers(layers, {**state, **(encoder or {})})
    net.add_module("avgpool", nn.AdaptiveAvgPool2d(1))
    net.add_module("flatten", nn.Flatten())
    net.add_module("fc", _linear(state["fc.weight"], state["fc.bias"]))
    return net.eval()


def _linear(weight: Tensor, bias: Tensor) -> nn.Linear:
    layer = nn.Linear(weight.shape[1], weight.shape[0])
    layer.load_state_dict({"weight": weight, "bias": bias})
    return layer


@torch.inference_mode()
def accuracy(net: nn.Module, folder: Path) -> dict[str, float]:
    """``{photos, broken, top1, top5}``, shares 0..1, on a labeled folder. Raises DataError."""
    classes = sorted(p.name for p in folder.iterdir() if p.is_dir()) if folder.is_dir() else []
    answers = net.fc.out_features  # type: ignore[union-attr]
    if len(classes) != answers:
        raise DataError(f"{folder} has {len(classes)} classes, the network answers {answers}")
    photos, broken, first, among = 0, 0, 0, 0
    for label, content in bar(_photos(folder, classes), desc="classifying", unit=" photos"):
        try:
            gray = middle(decode(content, SHORT_SIDE))
        except Exception:  # noqa: BLE001 (decoders raise what they like)
            broken += 1
            continue
        best = net(gray_input(gray))[0].topk(min(TOP, answers)).indices.tolist()
        photos += 1
        first += best[0] == label
        among += label in best
    if not photos:
        raise DataError(f"no photo to classify in {folder}")
    return {"photos": photos, "broken": broken, "top1": first / photos, "top5": among / photos}


def middle(rgb: np.ndarray) -> Tensor:
    """L 1,1,224,224 in 0..100 of the middle of a photo, H,W,3, whose short side becomes 256."""
    height, width = rgb.shape[:2]
    scale = SHORT_SIDE / min(height, width)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    rgb = cv2.resize(rgb, (round(width * scale), round(height * scale)), interpolation=how)
    top, left = (rgb.shape[0] - CROP) // 2, (rgb.shape[1] - CROP) // 2
    part = np.ascontiguousarray(rgb[top : top + CROP, left : left + CROP])
    return torch.from_numpy(lightness(part))[None, None]


def _photos(folder: Path, classes: Sequence[str]) -> Iterator[tuple[int, bytes]]:
    for label, name in enumerate(classes):
        for file in sorted(p for p in (folder / name).rglob("*") if p.suffix.lower() in SUFFIXES):
            yield label, file.read_bytes()


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; answers its exit status."""
    parser = argparse.ArgumentParser(prog="classify", description="Top-1 and top-5 accuracy.")
    add = parser.add_argument
    add("--data", type=Path, required=True, metavar="FOLDER", help="one folder a class")
    add("--weights", type=Path, required=True, metavar="FILE", help="ResNet-18 as safetensors")
    add("--model", type=Path, metavar="FILE", help="take the encoder of this model of ours")
    options = parser.parse_args(arguments)
    try:
        encoder = weights.load(options.model)[0].encoder.state_dict() if options.model else None
        net = classifier(safetensors.torch.load_file(options.weights), encoder)
        found = accuracy(net, options.data)
    except (DataError, CardError, OSError, safetensors.SafetensorError) as error:
        print(f"classify: {error}", file=sys.stderr)  # noqa: T201
        return 1
    print("{photos} photos, {broken} broken: top-1 {top1:.1%}, top-5 {top5:.1%}".format(**found))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
