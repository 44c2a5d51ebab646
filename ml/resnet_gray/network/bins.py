"""The ab plane cut into bins, so that a network can answer with a distribution over colors.

After Zhang, Isola & Efros, "Colorful Image Colorization" (ECCV 2016), with the bins that the
training photos really touch instead of a fixed 313.
"""

import torch
from torch import Tensor

from .lab import rgb_to_lab
from .suggestions import suggestions

GRID = 10  # width of a bin in Lab units
RANGE = 128  # a and b are held as whole numbers in -128..127
NEIGHBORS, SIGMA = 5, 5.0  # soft encoding: Gaussian weights on the nearest bins (Zhang, 2.2)


def srgb_bins() -> Tensor:
    """Centers Q,2 of the bins that any sRGB color falls into."""
    level = torch.linspace(0, 1, 33)
    cube = torch.cartesian_prod(level, level, level).T[None, :, :, None]
    return occupied_bins(histogram(rgb_to_lab(cube)[0, 1:, :, 0].T), at_least=1)


def histogram(ab: Tensor) -> Tensor:
    """Counts 256,256 of ab values ...,2 rounded to whole Lab units; index = value + 128."""
    a, b = (ab.reshape(-1, 2).float().round().long().clamp(-RANGE, RANGE - 1) + RANGE).unbind(1)
    return torch.bincount(a * 2 * RANGE + b, minlength=4 * RANGE**2).view(2 * RANGE, 2 * RANGE)


def mean_ab(counts: Tensor) -> list[float]:
    """The mean color (a, b) of the counted pixels."""
    value = torch.arange(-RANGE, RANGE).double()
    share = counts.double() / counts.sum()
    return [float(share.sum(1) @ value), float(share.sum(0) @ value)]


def occupied_bins(counts: Tensor, at_least: float) -> Tensor:
    """Centers Q,2 of the bins that hold at least so many of the counted pixels."""
    value = torch.arange(-RANGE, RANGE)
    index = torch.div(value + GRID / 2, GRID, rounding_mode="floor").long()
    side = int(index.max() - index.min()) + 1
    flat = (index - index.min())[:, None] * side + (index - index.min())[None, :]
    held = torch.zeros(side * side, dtype=torch.float64)
    held.index_add_(0, flat.reshape(-1), counts.reshape(-1).double())
    chosen = (held >= at_least).nonzero()[:, 0]
    cells = torch.stack((chosen // side, chosen % side), 1) + index.min()
    return cells.float() * GRID


def binned(counts: Tensor, bins: Tensor) -> Tensor:
    """Shares Q of the counted pixels in bins Q,2; those in none are left out."""
    low = (bins / GRID).round().long() * GRID - GRID // 2 + RANGE  # first value in each
    sums = torch.nn.functional.pad(counts.double().cumsum(0).cumsum(1), (1, 0, 1, 0))
    first, end = low.clamp(0, 2 * RANGE), (low + GRID).clamp(0, 2 * RANGE)
    held = (
        sums[end[:, 0], end[:, 1]] - sums[first[:, 0], end[:, 1]]
        - sums[end[:, 0], first[:, 1]] + sums[first[:, 0], first[:, 1]]
    )  # fmt: skip
    return (held / held.sum()).float()


def common_colors(counts: Tensor, chroma: float = 25.0) -> list[list[float]]:
    """The colors [a, b] that say most of what lies above a chroma in a ``histogram``: what one
    would suggest without looking at a photo.
    """
    bins = occupied_bins(counts, at_least=1)
    bins = bins[bins.norm(dim=1) > chroma]
    if not len(bins):
        return []
    return [[a, b] for a, b, _ in suggestions(binned(counts, bins).numpy(), bins.numpy())]


def annealed_mean(logits: Tensor, bins: Tensor, temperature: float | Tensor) -> Tensor:
    """ab N,2,h,w of logits N,Q,h,w: the mean of the distribution sharpened by a temperature.

    At temperature 1 this is the mean of the distribution, towards 0 its mode (Zhang, 2.3).
    """
    share = (logits.float() / torch.as_tensor(temperature).clamp_min(1e-4)).softmax(1)
    return torch.einsum("nqhw,qc->nchw", share, bins.float())


class SoftEncoder:
    """Looks up, for an ab value, its nearest bins and its share in each of them."""

    def __init__(self, bins: Tensor) -> None:
        """``bins`` Q,2: the centers."""
        self.bins = bins.float().cpu()
        value = torch.arange(-RANGE, RANGE).float()
        distance = torch.cdist(torch.cartesian_prod(value, value), self.bins)
        near, index = distance.topk(min(NEIGHBORS, len(bins)), largest=False)
        self.index = index  # 65536,5
        self.share = (-(near**2) / (2 * SIGMA**2)).softmax(1)

    def __call__(self, ab: Tensor) -> tuple[Tensor, Tensor]:
        """Bin numbers and shares, both N,5,h,w, of ab N,2,h,w; the shares of a pixel sum to 1."""
        a, b = (ab.round().long().clamp(-RANGE, RANGE - 1) + RANGE).unbind(1)
        cell = a * 2 * RANGE + b
        return self._table("index", cell), self._table("share", cell)

    def _table(self, name: str, cell: Tensor) -> Tensor:
        table = getattr(self, name)
        if table.device != cell.device:
            table = table.to(cell.device)
            setattr(self, name, table)
        return table[cell].movedim(-1, 1)

    def prior(self, counts: Tensor) -> Tensor:
        """How often each bin occurs, Q, summing to 1, from a ``histogram``, smoothed."""
        each = counts.reshape(-1, 1).float() * self.share.cpu()
        p = torch.zeros(len(self.bins)).index_add_(
            0, self.index.cpu().reshape(-1), each.reshape(-1)
        )
        p /= p.sum()
        near = (-(torch.cdist(self.bins, self.bins) ** 2) / (2 * SIGMA**2)).exp()
        smooth = near @ (p / near.sum(0))
        return smooth / smooth.sum()


def rebalancing(prior: Tensor, uniform: float = 0.5, cap: float = 4.0) -> Tensor:
    """Weights Q that count rare colors more, 1 on average under the prior (Zhang, 2.2).

    ``uniform`` mixes the prior with the uniform distribution; ``cap`` bounds the weight of any
    bin, so that a handful of red pixels cannot teach red blotches.
    """
    weight = 1 / ((1 - uniform) * prior + uniform / len(prior))
    weight = weight / (prior * weight).sum()
    for _ in range(8):  # the cap lowers the average, which raises the rest: converges quickly
        weight = weight.clamp_max(cap)
        weight = weight / (prior * weight).sum()
    return weight.clamp_max(cap)
