"""How vivid to be where: calm where the network is unsure, vivid where it is sure."""

import torch
from torch import Tensor, nn


class VividHead(nn.Module):
    """For each place, how much of the regression and of the sharpened distribution is shown.

    It starts with nothing of the first and all of the second, as a network without it shows.
    """

    def __init__(self, width: int, inner: int = 48) -> None:
        super().__init__()
        last = nn.Conv2d(inner, 2, 1)
        assert last.bias is not None
        nn.init.zeros_(last.weight)
        last.bias.data = torch.tensor([0.0, 1.0])
        first = nn.Conv2d(width, inner, 3, padding=1)
        self.layers = nn.Sequential(first, nn.ReLU(inplace=True), last)

    @torch.no_grad()
    def calm(self, strength: float) -> None:
        """Goes back towards the regression: ``strength`` 0..1 is what stays of the way from it."""
        weight, bias = list(self.layers.parameters())[-2:]
        weight.mul_(strength)
        bias.mul_(strength)
        bias[0] += 1 - strength

    def forward(self, features: Tensor) -> Tensor:
        """Parts N,2,h,w of the regression and the distribution, of features N,width,h,w."""
        return self.layers(features).float()
