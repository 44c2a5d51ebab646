"""The losses of the networks.

A loss takes what a network predicts and the true ab N,2,H,W, and answers the loss and its parts by
name. All are means over pixels and photos.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from .bins import SoftEncoder, rebalancing
from .networks import Network, Prediction, ResNetGrayUNet

Parts = dict[str, Tensor]


class PaperLoss(nn.Module):
    """The paper's: squared error of a, b as 0..1, mean over pixels, both channels and photos.

    (The paper's formula sums over the channels and halves, which is this mean.)
    """

    def forward(self, answer: Prediction, ab: Tensor) -> tuple[Tensor, Parts]:
        loss = F.mse_loss(answer.ab / 255, ab / 255)
        return loss, {"mse": loss.detach()}


class TwoHeadLoss(nn.Module):
    """Rebalanced cross-entropy over bins for vivid colors, plus Huber on ab for the mean.

    Huber is quadratic up to ``DELTA``, where nearly all errors lie: the head learns the mean, which
    is what squared error measures, and a few wild colors do not pull it about.
    """

    DELTA = 0.25  # in units of 110 Lab units
    WEIGHT = 60.0  # brings Huber's gradient to about the size of the cross-entropy's

    def __init__(self, bins: Tensor, colors: Tensor) -> None:
        """``bins`` Q,2; ``colors`` 256,256: the training set's ``bins.histogram``."""
        super().__init__()
        self.encode = SoftEncoder(bins)
        self.register_buffer("balance", rebalancing(self.encode.prior(colors)))

    balance: Tensor

    def forward(self, answer: Prediction, ab: Tensor) -> tuple[Tensor, Parts]:
        assert answer.logits is not None
        target = F.avg_pool2d(ab, 4)
        index, share = self.encode(target)
        log_p = answer.logits.log_softmax(1).gather(1, index)
        weight = self.balance[index[:, 0]]  # that of the nearest bin
        cross_entropy = -(log_p * share).sum(1).mul(weight).mean()
        predicted, target = answer.ab / ResNetGrayUNet.ab_scale, target / ResNetGrayUNet.ab_scale
        huber = F.huber_loss(predicted, target, delta=self.DELTA)
        mse = F.mse_loss(predicted, target) * (ResNetGrayUNet.ab_scale / 255) ** 2
        parts = {"cross_entropy": cross_entropy, "huber": huber, "mse": mse}
        return cross_entropy + self.WEIGHT * huber, {k: v.detach() for k, v in parts.items()}


def loss_for(net: Network, colors: Tensor) -> nn.Module:
    """The loss that belongs to a network."""
    if isinstance(net, ResNetGrayUNet):
        return TwoHeadLoss(net.bins, colors)
    return PaperLoss()


def mean_mse(net: Network, lightness: Tensor, ab: Tensor) -> Tensor:
    """The paper's quantity for the regression decode, N: squared error of ab / 255."""
    predicted = net.predict(lightness).ab
    target = F.adaptive_avg_pool2d(ab, (predicted.shape[2], predicted.shape[3]))
    return ((predicted - target) / 255).square().mean((1, 2, 3))


@torch.no_grad()
def gray_mse(ab: Tensor) -> Tensor:
    """The same for an answer without color, N."""
    return (ab / 255).square().mean((1, 2, 3))
