"""Chooses how vivid a trained network is by default, on photos apart.

Rebalanced training makes rare colors likelier than they are. Two things calm it: taking a part of
that back (their weights' logarithms off the logits, as a prior is corrected), and a temperature.
Chosen is what errs least among all settings that are as colorful as asked for and have at least as
many pixels nearly right as one constant color has. The correction goes into the last layer's bias:
whoever uses the network need not know of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product, starmap
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from ml.resnet_gray.data.batches import whole_batches
from ml.resnet_gray.data.data import Photos
from ml.resnet_gray.network import weights
from ml.resnet_gray.network.bins import SoftEncoder, annealed_mean, mean_ab, rebalancing
from ml.resnet_gray.network.lab import lab_to_rgb
from ml.resnet_gray.network.networks import ResNetGrayUNet

from .metrics import colorfulness

TAKEN_BACK = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4)
TEMPERATURES = (0.3, 0.4, 0.5, 0.7, 1.0)
COLORFULNESS = 0.86  # of the true photos': under 1, for a wrong color hurts more than a pale one
PHOTOS = 300  # more do not change the choice, and every one is decoded in forty ways
NEARLY_RIGHT = 20  # Lab units off in the ab plane
MARGIN = 0.015  # of pixels: photos at full size have finer colors, which are missed more often


class Look(NamedTuple):
    """One way to decode a network's distribution."""

    taken_back: float  # part of the rebalancing
    temperature: float

    def apply(self, net: ResNetGrayUNet, balance: Tensor) -> None:
        """Puts the correction into the network; ``balance`` Q are its training's weights."""
        bias = net.to_bins.bias
        assert bias is not None
        with torch.no_grad():
            bias.sub_(self.taken_back * balance.log().to(bias))


USUAL = Look(0.15, 0.5)
"""What was chosen for the model that ships: near enough while a training goes on."""


@dataclass(frozen=True)
class Setting:
    """A look, and what it gave."""

    look: Look
    colorfulness: float  # as a part of the truth's
    nearly_right: float  # share of pixels, less that of a constant color
    mse: float  # the paper's unit


@torch.inference_mode()
def calibrate(
    net: ResNetGrayUNet,
    balance: Tensor,
    constant: Tensor,
    photos: Photos,
    size: int,
    *,
    target: float = COLORFULNESS,
) -> Setting:
    """The setting to use; where none is as colorful as ``target``, the most colorful allowed.

    ``balance`` Q are the training's weights, ``constant`` 2 is its mean color. Measured at a
    quarter of ``size``, where the network answers.
    """
    looks = list(starmap(Look, product(TAKEN_BACK, TEMPERATURES)))
    sums = torch.zeros(len(looks), 3)
    true_colorfulness, constant_right = torch.zeros(()), torch.zeros(())
    for lightness, full_ab in whole_batches(photos, size, net.stride):
        logits = net.predict(lightness).logits
        assert logits is not None
        small, ab = F.avg_pool2d(lightness, 4), F.avg_pool2d(full_ab, 4)
        flat = constant.view(1, 2, 1, 1).expand_as(ab)
        true_colorfulness += _figures(small, ab, ab)[0]
        constant_right += _figures(small, flat, ab)[1]
        for i, look in enumerate(looks):
            corrected = logits - look.taken_back * balance.log()[:, None, None]
            sums[i] += _figures(small, annealed_mean(corrected, net.bins, look.temperature), ab)
    found = [
        Setting(
            look,
            colorfulness=float(figures[0] / true_colorfulness),
            nearly_right=float(figures[1] - constant_right) / len(photos),
            mse=float(figures[2]) / len(photos),
        )
        for look, figures in zip(looks, sums, strict=True)
    ]
    return choose(found, target)


def choose(found: Sequence[Setting], target: float) -> Setting:
    """The rule that the module's first lines tell."""
    allowed = [s for s in found if s.nearly_right >= MARGIN] or list(found)
    enough = [s for s in allowed if s.colorfulness >= target]
    if enough:
        return min(enough, key=lambda s: s.mse)
    return max(allowed, key=lambda s: s.colorfulness)


def finish(source: Path, target: Path, colors: Tensor, photos: Photos, size: int) -> Look | None:
    """Writes the network of ``source``, exported in the ``USUAL`` look, with its own look chosen.

    None if it offers no choice. ``colors`` are the training set's ``bins.histogram``; ``photos``
    are others, of which the first ``PHOTOS`` are asked.
    """
    net, card = weights.load(source)
    look = None
    if isinstance(net, ResNetGrayUNet):
        balance = rebalancing(SoftEncoder(net.bins).prior(colors))
        Look(-USUAL.taken_back, 1).apply(net, balance)
        asked = photos.pick(range(len(photos))[:PHOTOS])
        look = calibrate(net, balance, torch.tensor(mean_ab(colors)), asked, size).look
        look.apply(net, balance)
        card["temperature"] = look.temperature
    weights.save(target, net, card)
    return look


def _figures(lightness: Tensor, ab: Tensor, truth: Tensor) -> Tensor:
    """Sums over the photos of colorfulness, share of pixels nearly right, and squared error."""
    rgb = (lab_to_rgb(torch.cat((lightness, ab), 1)) * 255).round().byte()
    colors = sum(colorfulness(photo) for photo in rgb.permute(0, 2, 3, 1).numpy())
    right = (ab - truth).norm(dim=1).lt(NEARLY_RIGHT).float().mean((1, 2)).sum()
    error = ((ab - truth) / 255).square().mean((1, 2, 3)).sum()
    return torch.tensor([colors, float(right), float(error)])
