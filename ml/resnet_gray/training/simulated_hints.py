"""Hints for training, made from the true colors.

After Zhang et al., "Real-Time User-Guided Image Colorization with Learned Deep Priors" (SIGGRAPH
2017): a geometric number of points at random places, patches of random size, the truth averaged
over the patch.
"""

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from ml.imaging.hints import MAX_HINTS, RADIUS_SIDE

MEAN_COUNT = 8  # of a photo that has hints (Zhang, 3.1)
MAX_RADIUS = 6  # pixels of the crop; Zhang's patches are 1 to 9 pixels wide


def points(
    ab: Tensor, share: float, generator: torch.Generator, mean_count: float = MEAN_COUNT
) -> Tensor:
    """Points N,K,5 (see ``network.spread``) for true colors ab N,2,H,W; about a ``share`` of the
    photos has any, `mean_count` of them on average.
    """
    n, _, height, width = ab.shape
    count = _counts(n, share, generator, mean_count)
    k = max(1, int(count.max()))
    there = torch.arange(k) < count[:, None]
    x = torch.randint(width, (n, k), generator=generator)
    y = torch.randint(height, (n, k), generator=generator)
    radius = torch.randint(1, MAX_RADIUS + 1, (n, k), generator=generator)
    x, y, radius = (value.to(ab.device) for value in (x, y, radius))
    colors = patch_means(ab, x, y, radius)
    scaled = radius * (RADIUS_SIDE / min(height, width)) * there.to(ab.device)
    place = torch.stack(((x + 0.5) / width, (y + 0.5) / height), 2)
    return torch.cat((place, colors, scaled[..., None]), 2)


def patch_means(ab: Tensor, x: Tensor, y: Tensor, radius: Tensor) -> Tensor:
    """N,K,2: means of ab N,2,H,W over squares about x, y N,K (pixels), cut off at the borders."""
    n, channels, height, width = ab.shape
    sums = F.pad(ab.double().cumsum(2).cumsum(3), (1, 0, 1, 0)).flatten(2)  # N,2,(H+1)(W+1)
    top, bottom = (y - radius).clamp_min(0), (y + radius + 1).clamp_max(height)
    left, right = (x - radius).clamp_min(0), (x + radius + 1).clamp_max(width)

    def at(row: Tensor, column: Tensor) -> Tensor:
        index = (row * (width + 1) + column)[:, None].expand(n, channels, -1)
        return sums.gather(2, index)

    total = at(bottom, right) - at(top, right) - at(bottom, left) + at(top, left)
    area = ((bottom - top) * (right - left))[:, None]
    return (total / area).transpose(1, 2).to(ab.dtype)


def _counts(n: int, share: float, generator: torch.Generator, mean: float) -> Tensor:
    """N: 0 for about the rest of ``share``, else geometric from 1 with this mean."""
    some = torch.rand(n, generator=generator) < share
    chance = torch.rand(n, generator=generator).clamp_min(1e-9)
    count = 1 + torch.floor(chance.log() / torch.tensor(1 - 1 / mean).log())
    return (count.clamp_max(MAX_HINTS) * some).long()
