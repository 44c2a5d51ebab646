"""Makes a clean photo look like an old scan. Only the input changes, never the colors to learn.

All on tensors, photo by photo at random, on whatever device they are.
"""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

SCRATCHES = 3  # on a scratched photo


def old_scan(lightness: Tensor, ab: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """L N,1,H,W in 0..100, of which about ``share`` have been aged; ``ab`` N,2,H,W are its colors.

    What happened to the film and the print (`tones`), to the lens (`optics`), and to the paper
    since (`damage`): each flaw in a half of the aged photos, the coarse ones in a quarter.
    """
    result = lightness.clone()
    aged = _chosen(len(lightness), share, generator, lightness)
    if len(aged):
        x = tones(lightness[aged].mul_(0.01), ab, aged, generator)
        x = damage(optics(x, generator), generator)
        result[aged] = x.clamp_(0, 1).mul_(100)
    return result


def tones(x: Tensor, ab: Tensor, aged: Tensor, generator: torch.Generator) -> Tensor:
    """A film blind to red, hard or soft tones, and fading: lifted blacks, little contrast."""
    for some, between in _half(x, generator):  # reds come out dark
        x[some] = (x[some] - ab[aged[some], :1] * between(0, 0.004)).clamp_(0, 1)
    for some, between in _half(x, generator):
        x[some] = x[some].clamp_min_(1e-4) ** torch.exp(between(-0.6, 0.6))
    for some, between in _half(x, generator):
        x[some] = (x[some] * between(0.3, 1.2) + between(0, 0.35)).clamp_(0, 1)
    return x


def optics(x: Tensor, generator: torch.Generator) -> Tensor:
    """A soft or oversharp lens, dark corners, fine or coarse grain."""
    height, width = x.shape[2:]
    for some, between in _half(x, generator):
        x[some] = x[some].lerp_(_soft(x[some]), between(-0.5, 1.0))
    for some, between in _half(x, generator):
        x[some] *= 1 - between(0, 0.5) * _corners(height, width).to(x)
    for size in (1, 2):  # pixels
        for some, between in _half(x, generator, share=0.25):
            x[some] += _noise(some, (height, width), size, generator) * between(0, 0.08)
    return x


def damage(x: Tensor, generator: torch.Generator) -> Tensor:
    """Scratches, dust and stains; light where paint came off, dark where dirt lies."""
    height, width = x.shape[2:]
    for some, between in _half(x, generator, share=0.25):
        x[some] += _scratches(height, width, between) * _sign(between) * 0.6
    for some, between in _half(x, generator, share=0.25):
        specks = _noise(some, (height, width), 2, generator).sub_(2.2).clamp_(0, 1)
        x[some] += specks * _sign(between)
    for some, between in _half(x, generator, share=0.25):
        cloud = _noise(some, (height, width), max(height, width) // 4, generator).sigmoid_()
        x[some] += cloud * between(-0.25, 0.25)
    return x


Between = Callable[..., Tensor]


def _half(
    x: Tensor, generator: torch.Generator, share: float = 0.5
) -> Iterator[tuple[Tensor, Between]]:
    """The numbers of the photos that get a flaw, if there are any, and their random values.

    ``between(low, high)`` is uniform, n,1,1,1, or n and another shape.
    """
    some = _chosen(len(x), share, generator, x)

    def between(low: float, high: float, *shape: int) -> Tensor:
        value = torch.rand(len(some), *(shape or (1, 1, 1)), generator=generator)
        return (low + (high - low) * value).to(x)

    if len(some):
        yield some, between


def _chosen(n: int, share: float, generator: torch.Generator, like: Tensor) -> Tensor:
    """About a ``share`` of the numbers 0..n-1."""
    return (torch.rand(n, generator=generator) < share).nonzero()[:, 0].to(like.device)


def _noise(some: Tensor, shape: tuple[int, int], size: int, generator: torch.Generator) -> Tensor:
    """n,1,H,W: normal noise, its features ``size`` pixels wide."""
    height, width = (max(2, side // size) for side in shape)
    noise = torch.randn(len(some), 1, height, width, generator=generator).to(some.device)
    return noise if size == 1 else F.interpolate(noise, shape, mode="bilinear")


def _sign(between: Between) -> Tensor:
    """+1 (light) or, less often, -1 (dark)."""
    return between(-0.3, 0.7).sign()


def _scratches(height: int, width: int, between: Between) -> Tensor:
    """0..1, n,1,H,W: thin lines, most of them along the way that the film ran."""
    foot, slope = between(0, 1, SCRATCHES, 1, 1), between(-0.3, 0.3, SCRATCHES, 1, 1)
    start, length = between(-0.5, 0.9, SCRATCHES, 1, 1), between(0.2, 1, SCRATCHES, 1, 1)
    y = torch.linspace(0, 1, height)[:, None].to(foot)
    x = torch.linspace(0, 1, width)[None, :].to(foot)
    there = ((y > start) & (y < start + length)).float()
    off = (x - (foot + slope * (y - 0.5))).abs_()
    return off.mul_(-width).add_(1.2).clamp_(0, 1).mul_(there).amax(1, keepdim=True)


def _soft(x: Tensor) -> Tensor:
    """Blurred by a binomial kernel of three taps each way, about a Gaussian of 0.7 pixels."""
    x = F.pad(x, (1, 1, 1, 1), mode="replicate")
    x = x[..., :-2, :] + x[..., 2:, :] + 2 * x[..., 1:-1, :]
    return (x[..., :-2] + x[..., 2:] + 2 * x[..., 1:-1]).mul_(1 / 16)


def _corners(height: int, width: int) -> Tensor:
    """0 in the middle, 1 in the corners, H,W."""
    y, x = torch.linspace(-1, 1, height), torch.linspace(-1, 1, width)
    return (y[:, None] ** 2 + x[None, :] ** 2) / 2
