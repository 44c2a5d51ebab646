"""The layers by which a network listens to hints (see ``spread`` for the form of points).

They come after the encoder, so that its features are kept from one hint to the next, and add
nothing where there is no hint: all convolutions are without bias.
"""

import torch
from torch import Tensor, nn

from .spread import LearnedSpread, coverage, distances

AB_SCALE = 110.0


class HintLayer(nn.Module):
    """Adds the hints to a feature map; starts by adding nothing."""

    def __init__(self, width: int, inner: int = 64) -> None:
        super().__init__()
        last = nn.Conv2d(inner, width, 3, padding=1, bias=False)
        nn.init.zeros_(last.weight)
        first = nn.Conv2d(3, inner, 3, padding=1, bias=False)
        self.layers = nn.Sequential(first, nn.ReLU(inplace=True), last)

    def forward(self, x: Tensor, points: Tensor) -> Tensor:
        """N,width,h,w of N,width,h,w and points N,K,5."""
        return x + self.layers(planes(points, x).to(x.dtype))


class HintLayers(nn.Module):
    """All that a U-Net learns for hints."""

    def __init__(self, at16: int, at8: int, at4: int) -> None:
        """The widths of the decoder's feature maps at these strides."""
        super().__init__()
        self.at16, self.at8, self.at4 = HintLayer(at16), HintLayer(at8), HintLayer(at4)
        self.spread = LearnedSpread(at4, at16)


def planes(points: Tensor, features: Tensor) -> Tensor:
    """N,3,h,w at the size of ``features``: a / 110, b / 110, and how much of it is covered."""
    covered = coverage(distances(points, features), points[..., 4])
    total = covered.sum(1, keepdim=True)
    ab = torch.einsum("nkhw,nkc->nchw", covered, points[..., 2:4] / AB_SCALE)
    there = total.clamp_max(1)
    return torch.cat((ab / total.clamp_min(1), there), 1)
