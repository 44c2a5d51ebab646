"""How the color of a hint spreads: to places that look alike to the network itself.

Points are N,K,5: x, y in 0..1 of the frame, a, b in Lab units, and a radius in pixels of a frame
whose short side is 256. A radius of 0 means no hint, which fills up a batch.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from ml.imaging.hints import RADIUS_SIDE

HELD = 6.0
"""Radius within which a hint holds whatever is there, in pixels of a frame of 256: 2 % of the side
(the promise to people), and a pixel for the upsampling that follows."""

SHARPNESS, THRESHOLD, NEARNESS = 12.0, 0.65, 4.0
"""Found on 60 photos of the development split, for features that were not trained for it."""


class Spread(NamedTuple):
    """What hints make of a map of colors."""

    color: Tensor  # N,2,h,w in Lab units
    weight: Tensor  # N,1,h,w: 0 where no hint reaches, 1 where one holds

    def apply(self, ab: Tensor) -> Tensor:
        """The map N,2,h,w with the hints' colors."""
        return ab + self.weight * (self.color - ab)


def spread(
    features: Tensor,
    points: Tensor,
    sharpness: Tensor | float = SHARPNESS,
    threshold: Tensor | float = THRESHOLD,
    nearness: Tensor | float = NEARNESS,
) -> Spread:
    """The spread of points N,K,5 over features N,C,h,w of the last layer, by the cosine between
    a place and the point.

    A softmax shares each place out between the hints and the network's own answer. A hint as far
    as the short side loses ``nearness``; one whose cosine is ``threshold`` has, at its point, as
    much of a place as the own answer has. Each unit of cosine counts ``sharpness``.
    """
    there = points[..., 4] > 0
    away = distances(points, features)
    own = coverage(away, points[..., 4])
    place = F.normalize(features.float(), dim=1)
    key = F.normalize(torch.einsum("nkhw,nchw->nkc", own, place), dim=2)
    alike = torch.einsum("nkc,nchw->nkhw", key, place)
    logits = sharpness * (alike - threshold) - nearness * away / RADIUS_SIDE
    logits = logits.masked_fill(~there[..., None, None], float("-inf"))
    share = torch.cat((torch.zeros_like(logits[:, :1]), logits), 1).softmax(1)[:, 1:]
    held = coverage(away, points[..., 4].clamp_min(HELD) * there)
    held = held / held.sum(1, keepdim=True).clamp_min(1)
    share = held + (1 - held.sum(1, keepdim=True)) * share
    weight = share.sum(1, keepdim=True)
    color = torch.einsum("nkhw,nkc->nchw", share, points[..., 2:4].float())
    return Spread(color / weight.clamp_min(1e-6), weight)


class LearnedSpread(nn.Module):
    """``spread`` by a likeness that training improves; it starts as the network's own."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.likeness = nn.Conv2d(width, width, 1, bias=False)
        nn.init.dirac_(self.likeness.weight)
        self.scales = nn.Parameter(torch.ones(3))  # times the constants of ``spread``

    def forward(self, features: Tensor, points: Tensor) -> Spread:
        """As ``spread``."""
        sharpness, threshold, nearness = self.scales.float().unbind()
        return spread(
            self.likeness(features),
            points,
            SHARPNESS * sharpness,
            THRESHOLD * threshold,
            NEARNESS * nearness,
        )


def distances(points: Tensor, features: Tensor) -> Tensor:
    """N,K,h,w: from each point to the middle of each place, in pixels of a frame of 256."""
    height, width = features.shape[2:]
    unit = RADIUS_SIDE / min(height, width)
    y = (torch.arange(height, device=points.device) + 0.5) * unit
    x = (torch.arange(width, device=points.device) + 0.5) * unit
    off_y = y - points[..., 1, None] * (height * unit)
    off_x = x - points[..., 0, None] * (width * unit)
    return (off_y[..., :, None].square() + off_x[..., None, :].square()).sqrt()


def coverage(away: Tensor, radius: Tensor) -> Tensor:
    """N,K,h,w in 0..1: how much of each place lies within ``radius`` N,K of the points.

    1 within it and 0 from one place further on, so that a point covers one place at least.
    """
    unit = RADIUS_SIDE / min(away.shape[2:])
    radius = radius[..., None, None]
    return ((radius + unit - away) / unit).clamp(0, 1) * (radius > 0)
