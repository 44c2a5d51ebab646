"""Colors that a network finds likely at a point, for people to choose from.

Never imports torch.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

MAX_COLORS = 8
APART = 10.0
"""Lab units in the ab plane: as near as two colors come, and as far as one stands for others."""

AROUND = 1.5 * APART
"""How far around a color the distribution is summed: bins that touch by a corner belong to it."""

MIN_CHROMA = 16.0
"""Paler colors are left out: "no color" is always offered beside these."""

TIE = 1e-3  # of bins with equally much around them, that with more itself


def suggestions(share: Array, bins: Array) -> list[tuple[float, float, float]]:
    """Up to ``MAX_COLORS`` (a, b, share), the likeliest first, of a distribution Q over bins Q,2.

    Each is the bin with most of the distribution around it that no color before stands for;
    ``share`` is what it stands for itself, 0..1.
    """
    distance = np.linalg.norm(bins[:, None] - bins, axis=2)
    around, near = (distance <= AROUND).astype(share.dtype), distance <= APART
    rest, free = share.copy(), np.linalg.norm(bins, axis=1) >= MIN_CHROMA
    found = []
    for _ in range(MAX_COLORS):
        score = np.where(free, around @ rest + TIE * rest, -1.0)
        best = int(score.argmax())
        if score[best] <= 0:
            break
        a, b = bins[best].tolist()
        found.append((a, b, float(rest[near[best]].sum())))
        rest[near[best]] = 0
        free &= distance[best] >= APART
    return sorted(found, key=lambda color: -color[2])


def distribution(logits: Array, x: float, y: float) -> Array:
    """Q: that at x, y in 0..1 of logits 1,Q,h,w, the mean of the places around it."""
    height, width = logits.shape[2:]
    row, column = min(int(y * height), height - 1), min(int(x * width), width - 1)
    rows, columns = slice(max(0, row - 1), row + 2), slice(max(0, column - 1), column + 2)
    place = logits[0, :, rows, columns].reshape(logits.shape[1], -1)
    share = np.exp(place - place.max(0))
    return (share / share.sum(0)).mean(1)
