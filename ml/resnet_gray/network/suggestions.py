"""Colors that a network finds likely at a point, for people to choose from."""

import torch
from torch import Tensor

from .bins import binned, occupied_bins

MAX_COLORS = 8
APART = 10.0
"""Lab units in the ab plane: as near as two colors come, and as far as one stands for others."""

AROUND = 1.5 * APART
"""How far around a color the distribution is summed: bins that touch by a corner belong to it."""

MIN_CHROMA = 16.0
"""Paler colors are left out: "no color" is always offered beside these."""

TIE = 1e-3  # of bins with equally much around them, that with more itself


def suggestions(share: Tensor, bins: Tensor) -> list[tuple[float, float, float]]:
    """Up to ``MAX_COLORS`` (a, b, share), the likeliest first, of a distribution Q over bins Q,2.

    Each is the bin with most of the distribution around it that no color before stands for;
    ``share`` is what it stands for itself, 0..1.
    """
    # Not by matrix products, which would miss neighbors by rounding.
    distance = torch.cdist(bins, bins, compute_mode="donot_use_mm_for_euclid_dist")
    around, near = (distance <= AROUND).to(share), distance <= APART
    rest, free = share.clone(), bins.norm(dim=1) >= MIN_CHROMA
    found = []
    for _ in range(MAX_COLORS):
        score = torch.where(free, around @ rest + TIE * rest, -1.0)
        best = int(score.argmax())
        if score[best] <= 0:
            break
        a, b = bins[best].tolist()
        found.append((a, b, float(rest[near[best]].sum())))
        rest[near[best]] = 0
        free &= distance[best] >= APART
    return sorted(found, key=lambda color: -color[2])


def common_colors(counts: Tensor, chroma: float = 25.0) -> list[list[float]]:
    """The colors [a, b] that say most of what lies above a chroma in a ``bins.histogram``: what
    one would suggest without looking at a photo.
    """
    bins = occupied_bins(counts, at_least=1)
    bins = bins[bins.norm(dim=1) > chroma]
    if not len(bins):
        return []
    return [[a, b] for a, b, _ in suggestions(binned(counts, bins), bins)]


def distribution(logits: Tensor, x: float, y: float) -> Tensor:
    """Q: that at x, y in 0..1 of logits 1,Q,h,w, the mean of the places around it."""
    height, width = logits.shape[2:]
    row, column = min(int(y * height), height - 1), min(int(x * width), width - 1)
    rows, columns = slice(max(0, row - 1), row + 2), slice(max(0, column - 1), column + 2)
    return logits[0, :, rows, columns].float().softmax(0).mean((1, 2))
