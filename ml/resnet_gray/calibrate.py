"""Chooses how vivid a trained network is by default, on photos apart.

Rebalanced training makes rare colours likelier than they are. Taking a part of that back (their
weights' logarithms off the logits, as a prior is corrected) and choosing the temperature gives,
among all settings as colourful as asked for, the one with the least error. The correction goes into
the last layer's bias: whoever uses the network need not know of it.
"""

from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from . import weights
from .bins import SoftEncoder, annealed_mean, rebalancing
from .data import Photos, whole_batches
from .lab import lab_to_rgb
from .metrics import colorfulness
from .networks import ResNetGrayUNet

TAKEN_BACK = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
TEMPERATURES = (0.25, 0.38, 0.5, 0.7, 1.0)
COLOURFULNESS = 0.88  # of the true photos': under 1, for a wrong colour hurts more than a pale one


@dataclass(frozen=True)
class Setting:
    """One way to decode, and what it gave."""

    taken_back: float  # part of the rebalancing
    temperature: float
    colourfulness: float  # as a part of the truth's
    mse: float  # the paper's unit

    def apply(self, net: ResNetGrayUNet, balance: Tensor) -> None:
        """Puts the correction into the network; ``balance`` Q are its training's weights."""
        bias = net.to_bins.bias
        assert bias is not None
        with torch.no_grad():
            bias.sub_(self.taken_back * balance.log().to(bias))


@torch.inference_mode()
def calibrate(
    net: ResNetGrayUNet,
    balance: Tensor,
    photos: Photos,
    size: int,
    target: float = COLOURFULNESS,
) -> Setting:
    """The setting with the least error among those nearest to a colourfulness of ``target``.

    Measured at a quarter of ``size``, where the network answers.
    """
    settings = list(product(TAKEN_BACK, TEMPERATURES))
    errors: list[list[float]] = [[] for _ in settings]
    colours: list[list[float]] = [[] for _ in settings]
    true: list[float] = []
    for lightness, ab in whole_batches(photos, size, net.stride):
        logits = net.predict(lightness).logits
        assert logits is not None
        small, target_ab = F.avg_pool2d(lightness, 4), F.avg_pool2d(ab, 4)
        true += _colourfulness(small, target_ab)
        for i, (part, temperature) in enumerate(settings):
            corrected = logits - part * balance.log()[:, None, None]
            decoded = annealed_mean(corrected, net.bins, temperature)
            errors[i] += ((decoded - target_ab) / 255).square().mean((1, 2, 3)).tolist()
            colours[i] += _colourfulness(small, decoded)
    found = [
        Setting(*setting, float(np.mean(vivid) / np.mean(true)), float(np.mean(error)))
        for setting, vivid, error in zip(settings, colours, errors, strict=True)
    ]
    enough = [s for s in found if s.colourfulness >= target]
    return min(enough, key=lambda s: s.mse) if enough else max(found, key=lambda s: s.colourfulness)


def finish(
    source: Path, target: Path, colours: Tensor, photos: Photos, size: int
) -> Setting | None:
    """Writes the network of ``source`` with its default look chosen; None if it offers no choice.

    ``colours`` are the training set's ``bins.histogram``; ``photos`` are others.
    """
    net, card = weights.load(source)
    setting = None
    if isinstance(net, ResNetGrayUNet):
        balance = rebalancing(SoftEncoder(net.bins).prior(colours))
        setting = calibrate(net, balance, photos, size)
        setting.apply(net, balance)
        card["temperature"] = setting.temperature
    weights.save(target, net, card)
    return setting


def _colourfulness(lightness: Tensor, ab: Tensor) -> list[float]:
    rgb = (lab_to_rgb(torch.cat((lightness, ab), 1)) * 255).round().byte()
    return [colorfulness(photo) for photo in rgb.permute(0, 2, 3, 1).numpy()]
