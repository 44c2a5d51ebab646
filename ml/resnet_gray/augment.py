"""Makes a clean photo look like an old scan. Only the input changes, never the colours to learn.

All on tensors, photo by photo at random, on whatever device they are.
"""

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812


def old_scan(lightness: Tensor, ab: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """L N,1,H,W in 0..100, of which ``share`` have been aged; ``ab`` N,2,H,W only tells the film.

    Each flaw of: a film blind to red, faded or hard tones, lifted blacks, a soft or oversharp
    lens, dark corners, grain; each in half of the aged photos.
    """
    n, _, height, width = lightness.shape

    def between(low: float, high: float) -> Tensor:
        value = torch.rand(n, 1, 1, 1, generator=generator)
        return (low + (high - low) * value).to(lightness)

    def some() -> Tensor:
        return between(0, 1) < 0.5

    x = lightness / 100
    orthochromatic = x - ab[:, :1] / 100 * between(0, 0.4)  # reds come out dark
    x = torch.where(some(), orthochromatic, x).clamp(0, 1)
    x = torch.where(some(), x.clamp_min(1e-4) ** torch.exp(between(-0.5, 0.5)), x)
    black, span = between(0, 0.25), between(0.5, 1.2)
    x = torch.where(some(), (black + x * span).clamp(0, 1), x)
    x = torch.where(some(), x + (_soft(x) - x) * between(-0.5, 1.0), x)
    x = torch.where(some(), x * (1 - between(0, 0.5) * _corners(height, width).to(x)), x)
    grain = torch.randn(n, 1, height, width, generator=generator).to(x)
    grain = torch.where(some(), grain, _soft(grain) * 2)  # fine or coarse
    x = torch.where(some(), x + grain * between(0, 0.08), x)
    aged = between(0, 1) < share
    return torch.where(aged, x.clamp(0, 1) * 100, lightness)


def _soft(x: Tensor) -> Tensor:
    """Blurred by a binomial kernel of five taps, about a Gaussian of one pixel."""
    taps = torch.tensor([1.0, 4.0, 6.0, 4.0, 1.0]).to(x) / 16
    x = F.conv2d(F.pad(x, (2, 2, 0, 0), mode="replicate"), taps.view(1, 1, 1, 5))
    return F.conv2d(F.pad(x, (0, 0, 2, 2), mode="replicate"), taps.view(1, 1, 5, 1))


def _corners(height: int, width: int) -> Tensor:
    """0 in the middle, 1 in the corners, H,W."""
    y, x = torch.linspace(-1, 1, height), torch.linspace(-1, 1, width)
    return (y[:, None] ** 2 + x[None, :] ** 2) / 2
