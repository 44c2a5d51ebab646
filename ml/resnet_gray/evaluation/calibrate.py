"""Chooses how a trained network's distribution is decoded by default, on held-out photos.

Rebalanced training makes rare colors likelier than they are. Two things calm it: a correction that
takes a part of the rebalancing back (the weights' logarithms off the logits), and a temperature.
Chosen is the candidate with the least error of those that are as colorful as asked for and have at
least as many pixels nearly right as one constant color has. The correction goes into the last
layer's bias: code that uses the network need not know of it.
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

CORRECTIONS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4)
TEMPERATURES = (0.3, 0.4, 0.5, 0.7, 1.0)
COLORFULNESS = 0.86  # of the true photos': under 1, for a wrong color hurts more than a pale one
PHOTOS = 300  # more do not change the choice, and every one is decoded in forty ways
NEARLY_RIGHT = 20  # Lab units off in the ab plane
MARGIN = 0.015  # of pixels: photos at full size have finer colors, which are missed more often


class Decoding(NamedTuple):
    """One way to decode a network's distribution."""

    correction: float  # part of the rebalancing that is taken back
    temperature: float

    def apply(self, net: ResNetGrayUNet, balance: Tensor) -> None:
        """Puts the correction into the network; ``balance`` Q are its training's weights."""
        bias = net.to_bins.bias
        assert bias is not None
        with torch.no_grad():
            bias.sub_(self.correction * balance.log().to(bias))


DEFAULT_DECODING = Decoding(0.15, 0.5)
"""What was chosen for the model that ships: near enough while a training goes on."""


@dataclass(frozen=True)
class Candidate:
    """A decoding, and its figures."""

    decoding: Decoding
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
) -> Candidate:
    """The candidate to use; where none is as colorful as ``target``, the most colorful allowed.

    ``balance`` Q are the training's weights, ``constant`` 2 is its mean color. Measured at a
    quarter of ``size``, where the network answers.
    """
    decodings = list(starmap(Decoding, product(CORRECTIONS, TEMPERATURES)))
    sums = torch.zeros(len(decodings), 3)
    true_colorfulness, constant_right = torch.zeros(()), torch.zeros(())
    for lightness, full_ab in whole_batches(photos, size, net.stride):
        logits = net.predict(lightness).logits
        assert logits is not None
        small, ab = F.avg_pool2d(lightness, 4), F.avg_pool2d(full_ab, 4)
        flat = constant.view(1, 2, 1, 1).expand_as(ab)
        true_colorfulness += _figures(small, ab, ab)[0]
        constant_right += _figures(small, flat, ab)[1]
        for i, decoding in enumerate(decodings):
            corrected = logits - decoding.correction * balance.log()[:, None, None]
            sums[i] += _figures(small, annealed_mean(corrected, net.bins, decoding.temperature), ab)
    found = [
        Candidate(
            decoding,
            colorfulness=float(figures[0] / true_colorfulness),
            nearly_right=float(figures[1] - constant_right) / len(photos),
            mse=float(figures[2]) / len(photos),
        )
        for decoding, figures in zip(decodings, sums, strict=True)
    ]
    return choose(found, target)


def choose(found: Sequence[Candidate], target: float) -> Candidate:
    """The rule of the module's first lines."""
    allowed = [s for s in found if s.nearly_right >= MARGIN] or list(found)
    enough = [s for s in allowed if s.colorfulness >= target]
    if enough:
        return min(enough, key=lambda s: s.mse)
    return max(allowed, key=lambda s: s.colorfulness)


def finish(
    source: Path, target: Path, colors: Tensor, photos: Photos, size: int
) -> Decoding | None:
    """Writes the network of ``source``, exported with the default decoding, with one of its own.

    None if it offers no choice. ``colors`` are the training set's ``bins.histogram``; ``photos``
    are others, of which the first ``PHOTOS`` are used.
    """
    net, card = weights.load(source)
    decoding = None
    if isinstance(net, ResNetGrayUNet):
        balance = rebalancing(SoftEncoder(net.bins).prior(colors))
        Decoding(-DEFAULT_DECODING.correction, 1).apply(net, balance)
        some = photos.pick(range(len(photos))[:PHOTOS])
        decoding = calibrate(net, balance, torch.tensor(mean_ab(colors)), some, size).decoding
        decoding.apply(net, balance)
        card["temperature"] = decoding.temperature
    weights.save(target, net, card)
    return decoding


def _figures(lightness: Tensor, ab: Tensor, truth: Tensor) -> Tensor:
    """Sums over the photos of colorfulness, share of pixels nearly right, and squared error."""
    rgb = (lab_to_rgb(torch.cat((lightness, ab), 1)) * 255).round().byte()
    colors = sum(colorfulness(photo) for photo in rgb.permute(0, 2, 3, 1).numpy())
    right = (ab - truth).norm(dim=1).lt(NEARLY_RIGHT).float().mean((1, 2)).sum()
    error = ((ab - truth) / 255).square().mean((1, 2, 3)).sum()
    return torch.tensor([colors, float(right), float(error)])
