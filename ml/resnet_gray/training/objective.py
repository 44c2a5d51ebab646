"""What is trained, a network with its loss, and what is kept: the average of its values."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from ml.resnet_gray.network import losses
from ml.resnet_gray.network.networks import Network


class Objective(nn.Module):
    """A network with its loss: the module whose gradients are averaged over processes."""

    def __init__(self, net: Network, loss: nn.Module) -> None:
        super().__init__()
        self.net, self.loss = net, loss

    def forward(
        self, lightness: Tensor, ab: Tensor, points: Tensor | None = None
    ) -> tuple[Tensor, losses.Parts]:
        return self.loss(self.net.predict(lightness, points), ab)


def weight_average(net: Network, decay: float) -> AveragedModel:
    """An exponential moving average of a network's values, its batch statistics included.

    ``decay`` is the share of the average that a step keeps, in the long run: a young average keeps
    less, and forgets the first steps faster.
    """

    @torch.no_grad()
    def update(averaged: Sequence[Tensor], current: Sequence[Tensor], count: Tensor | int) -> None:
        keep = min(decay, (int(count) + 1) / (int(count) + 11))
        for ours, theirs in zip(averaged, current, strict=True):
            if ours.is_floating_point():
                ours.lerp_(theirs, 1 - keep)
            else:
                ours.copy_(theirs)

    average = AveragedModel(net, multi_avg_fn=update, use_buffers=True)
    return average.eval().requires_grad_(False)
