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

CONSTANTS = (12.0, 0.65, 2.0, 3.0, 0.7, 0.03)
"""What ``Scales`` are times. Found on photos of the development split, for features that were not
trained for it."""


class Spread(NamedTuple):
    """What hints make of a map of colors."""

    color: Tensor  # N,2,h,w in Lab units
    weight: Tensor  # N,1,h,w: 0 where no hint reaches, 1 where one holds

    def apply(self, ab: Tensor) -> Tensor:
        """The map N,2,h,w with the hints' colors."""
        return ab + self.weight * (self.color - ab)


class Scales(NamedTuple):
    """How far a hint reaches."""

    sharpness: Tensor  # of each unit of cosine between a place and the point, in the last features
    threshold: Tensor  # the cosine at which a hint has as much of its own place as the own answer
    nearness: Tensor  # what a hint loses that is as far away as the short side
    scene: Tensor  # what one loses whose place looks unlike the point at stride 16: its opposite, 2
    crowding: Tensor  # added to ``nearness`` for each unit of crowd: many hints are each for less
    falling: Tensor  # the part of the threshold that goes for each: and they leave less unsaid


def spread(features: Tensor, scene: Tensor, points: Tensor, scales: Tensor | None = None) -> Spread:
    """The spread of points N,K,5 over the last features N,C,h,w, by their likeness to those at the
    point, there and in the features at stride 16 N,D,h/4,w/4.

    A softmax shares each place out between the hints and the network's own answer. *Crowd* is the
    square root of a photo's number of hints, less one: they are that much nearer to each other.
    ``scales`` 6: times ``CONSTANTS``; by default 1.
    """
    constants = torch.tensor(CONSTANTS, device=features.device)
    by = Scales(*(constants if scales is None else constants * scales.float()).unbind())
    there = points[..., 4] > 0
    away = distances(points, features)
    crowd = there.sum(1).clamp_min(1).sqrt().sub(1)[:, None, None, None]
    unlike = F.interpolate(1 - likeness(scene, points), scale_factor=4.0, mode="bilinear")
    logits = by.sharpness * (likeness(features, points) - by.threshold * (1 - by.falling * crowd))
    logits = logits - by.scene * unlike
    logits = logits - (by.nearness + by.crowding * crowd) * away / RADIUS_SIDE
    logits = logits.masked_fill(~there[..., None, None], float("-inf"))
    share = torch.cat((torch.zeros_like(logits[:, :1]), logits), 1).softmax(1)[:, 1:]
    held = coverage(away, points[..., 4].clamp_min(HELD) * there)
    held = held / held.sum(1, keepdim=True).clamp_min(1)
    share = held + (1 - held.sum(1, keepdim=True)) * share
    weight = share.sum(1, keepdim=True)
    color = torch.einsum("nkhw,nkc->nchw", share, points[..., 2:4].float())
    return Spread(color / weight.clamp_min(1e-6), weight)


def likeness(features: Tensor, points: Tensor) -> Tensor:
    """N,K,h,w in -1..1: the cosine of features N,C,h,w to those at points N,K,5."""
    place = F.normalize(features.float(), dim=1)
    own = coverage(distances(points, features), points[..., 4])
    key = F.normalize(torch.einsum("nkhw,nchw->nkc", own, place), dim=2)
    return torch.einsum("nkc,nchw->nkhw", key, place)


class LearnedSpread(nn.Module):
    """``spread`` by a likeness that training improves; it starts as the network's own."""

    def __init__(self, width: int, scene_width: int) -> None:
        super().__init__()
        self.likeness = nn.Conv2d(width, width, 1, bias=False)
        self.scene = nn.Conv2d(scene_width, scene_width, 1, bias=False)
        nn.init.dirac_(self.likeness.weight)
        nn.init.dirac_(self.scene.weight)
        self.scales = nn.Parameter(torch.ones(3))
        self.more_scales = nn.Parameter(torch.ones(3))  # that older files do not have

    def forward(self, features: Tensor, scene: Tensor, points: Tensor) -> Spread:
        """As ``spread``."""
        scales = torch.cat((self.scales, self.more_scales))
        return spread(self.likeness(features), self.scene(scene), points, scales)


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
