"""How far a training has come, on held-out photos: figures, and pictures to look at.

Made at the size at which the network answers (a quarter of ``SIZE`` for the U-Net), quickly; the
figures for people are those of ``evaluate``.
"""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from ml.resnet_gray.data.batches import to_tensors, whole_batches
from ml.resnet_gray.data.data import Photos
from ml.resnet_gray.network.lab import lab_to_rgb
from ml.resnet_gray.network.networks import Network, Prediction, ResNetGrayUNet

from .calibrate import DEFAULT_DECODING
from .metrics import colorfulness, psnr

SIZE = 160  # pixels of the short side
SAMPLES = 8  # photos


@torch.inference_mode()
def check(
    net: Network,
    photos: Photos,
    balance: Tensor | None,
    *,
    temperature: float | None = None,
    loss: nn.Module | None = None,
) -> dict[str, Any]:
    """The figures of a ``check`` line (see ``run_folder``); ``balance`` Q and ``loss`` as in
    training.

    A finished network has its rebalancing corrected already, a ``temperature`` of its own, and no
    ``loss``.
    """
    ways = {"mean": np.zeros(3), "shown": np.zeros(3)}
    gray, true_colorfulness, lost = 0.0, 0.0, 0.0
    device = next(net.parameters()).device
    for lightness, full_ab in whole_batches(photos, SIZE, net.stride):
        answer = net.predict(lightness.to(device))
        if loss:
            lost += float(loss(answer, full_ab.to(device))[0]) * len(full_ab)
        height, width = answer.ab.shape[2:]
        small = F.adaptive_avg_pool2d(lightness, (height, width))
        truth = F.adaptive_avg_pool2d(full_ab, (height, width))
        true_rgb = _rgb(small, truth)
        true_colorfulness += sum(map(colorfulness, true_rgb))
        gray += float((truth / 255).square().mean((1, 2, 3)).sum())
        for way, ab in (
            ("mean", answer.ab.cpu()),
            ("shown", decoded(net, answer, balance, temperature).cpu()),
        ):
            rgb = _rgb(small, ab)
            ways[way] += (
                float(((ab - truth) / 255).square().mean((1, 2, 3)).sum()),
                sum(psnr(ours, true) for ours, true in zip(rgb, true_rgb, strict=True)),
                sum(map(colorfulness, rgb)),
            )
    n = len(photos)
    figures = {
        way: dict(zip(("mse", "psnr", "colorfulness"), (sums / n).tolist(), strict=True))
        for way, sums in ways.items()
    }
    mse = figures["mean"]["mse"]
    return {
        **({"loss": lost / n} if loss else {}),
        "mse": mse,
        "of_gray": mse * n / gray,
        "true_colorfulness": true_colorfulness / n,
        **figures,
    }


def decoded(
    net: Network, answer: Prediction, balance: Tensor | None, temperature: float | None = None
) -> Tensor:
    """The colors that people would see, were the training to end now."""
    if answer.logits is None or not isinstance(net, ResNetGrayUNet):
        return answer.ab
    if temperature is not None:
        return answer.decoded(net.bins, temperature)
    if balance is None:
        return answer.ab
    logits = answer.logits - DEFAULT_DECODING.correction * balance.log()[:, None, None]
    return answer._replace(logits=logits).decoded(net.bins, DEFAULT_DECODING.temperature)


@torch.inference_mode()
def write_samples(path: Path, net: Network, photos: Photos, balance: Tensor | None) -> None:
    """A PNG with a row for each of a few photos: gray, colored now, true."""
    step = max(1, len(photos) // SAMPLES)
    chosen = [_square(photos.lab[i]) for i in range(0, len(photos), step)[:SAMPLES]]
    lightness, ab = to_tensors(chosen)
    answer = net.predict(lightness.to(next(net.parameters()).device))
    now = F.interpolate(decoded(net, answer, balance).cpu(), (SIZE, SIZE), mode="bicubic")
    pictures = (_rgb(lightness, colors) for colors in (torch.zeros_like(ab), now, ab))
    sheet = np.vstack([np.hstack(row) for row in zip(*pictures, strict=True)])
    path.parent.mkdir(exist_ok=True)
    part = path.with_name(f".{path.name}")
    part.write_bytes(cv2.imencode(".png", cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR))[1].tobytes())
    part.replace(path)


def _square(lab8: np.ndarray) -> np.ndarray:
    """The middle of a photo at ``SIZE`` x ``SIZE``."""
    height, width = lab8.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    part = lab8[top : top + side, left : left + side]
    return cv2.resize(part, (SIZE, SIZE), interpolation=cv2.INTER_AREA)


def _rgb(lightness: Tensor, ab: Tensor) -> np.ndarray:
    rgb = (lab_to_rgb(torch.cat((lightness, ab), 1)) * 255).round().byte()
    return rgb.permute(0, 2, 3, 1).numpy()
