"""The two networks: ResNetGray, the paper's, and ResNetGrayUNet, ours.

Both take lightness L (N,1,H,W in 0..100) through ``predict`` and answer a, b in Lab units. Their
``forward`` takes gray as each was trained on it.
"""

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (the name everyone knows it by)
from torchvision.models.resnet import BasicBlock, resnet18


class Prediction(NamedTuple):
    """What a network predicts for a photo."""

    ab: Tensor  # N,2,h,w in Lab units: the regression, a mean over what is likely
    logits: Tensor | None  # N,Q,h,w over the network's bins; None where there is only a mean


def sum_to_gray(weight: Tensor) -> Tensor:
    """One-channel filters O,1,k,k from RGB filters O,3,k,k: gray is R = G = B."""
    return weight.sum(1, keepdim=True)


def encoder_layers(layers: Sequence[str], state: dict[str, Tensor] | None = None) -> nn.Sequential:
    """The named layers of torchvision's ResNet-18, with a first convolution for one channel.

    ``state`` holds pre-trained values under torchvision's names, RGB or already gray.
    """
    resnet = resnet18(weights=None)
    resnet.conv1 = nn.Conv2d(1, 64, 7, stride=2, padding=3, bias=False)
    encoder = nn.Sequential()
    for name, layer in resnet.named_children():
        if name in layers:
            encoder.add_module(name, layer)
    if state is not None:
        encoder_state = {k: v for k, v in state.items() if k.split(".")[0] in layers}
        if encoder_state["conv1.weight"].shape[1] == 3:
            encoder_state["conv1.weight"] = sum_to_gray(encoder_state["conv1.weight"])
        encoder.load_state_dict(encoder_state)
    return encoder


def gray_input(lightness: Tensor) -> Tensor:
    """L 0..100 as filters know it that were trained on ImageNet: its mean and deviation, over the
    channels.
    """
    return (lightness / 100 - 0.449) / 0.226


STEM = ("conv1", "bn1", "relu", "maxpool")


class ResNetGray(nn.Module):
    """The paper's network: ResNet-18 up to ``layer2`` (stride 8), then back up to full size.

    The paper leaves the decoder open. It is taken from the work that the paper's figures agree
    with: Melas-Kyriazi & Han, "Combining Deep CNNs with Markov Random Fields for Image
    Colorization" (2017). Gray comes in as 0..1; a, b go out as (ab + 128) / 255.
    """

    stride: ClassVar[int] = 8
    architecture: ClassVar[str] = "resnet-gray"

    def __init__(self, pretrained: dict[str, Tensor] | None = None) -> None:
        super().__init__()
        self.encoder = encoder_layers((*STEM, "layer1", "layer2"), pretrained)
        self.decoder = nn.Sequential(
            nn.Conv2d(128, 128, 3, padding=1),
            nn.BatchNorm2d(128),
            nn.ReLU(inplace=True),
            nn.Upsample(scale_factor=2),
            nn.Conv2d(128, 64, 3, padding=1),
            nn.BatchNorm2d(64),
            nn.ReLU(inplace=True),
            nn.Conv2d(64, 64, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Upsample(scale_factor=2),
            nn.Conv2d(64, 32, 3, padding=1),
            nn.Sigmoid(),
            nn.Conv2d(32, 2, 3, padding=1),
            nn.Upsample(scale_factor=2),
        )

    def forward(self, gray: Tensor) -> Tensor:
        """(ab + 128) / 255, N,2,H,W, of gray N,1,H,W in 0..1; H and W multiples of 8."""
        return self.decoder(self.encoder(gray))

    def predict(self, lightness: Tensor) -> Prediction:
        """a, b at full size of L N,1,H,W."""
        return Prediction(self(lightness / 100).float() * 255 - 128, None)


class ConvBlock(nn.Sequential):
    """3x3 convolution, batch normalization, ReLU."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(
            nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
        )


class Scene(nn.Module):
    """What the whole photo is about, added to every place in it.

    Works at stride 32, where a place already sees most of the photo; a pooled vector adds the
    rest. Color hangs on it: the same gray is grass, sea or a wall.
    """

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        shortcut = nn.Sequential(
            nn.Conv2d(width, width, 1, stride=2, bias=False), nn.BatchNorm2d(width)
        )
        self.places = nn.Sequential(
            BasicBlock(width, width, stride=2, downsample=shortcut), BasicBlock(width, width)
        )
        self.whole = nn.Sequential(
            nn.Linear(2 * width, width),
            nn.ReLU(inplace=True),
            nn.Dropout(dropout),
            nn.Linear(width, width),
        )

    def forward(self, x: Tensor) -> Tensor:
        places = self.places(x)
        pooled = torch.cat((places.mean((2, 3)), places.amax((2, 3))), 1)
        return places + self.whole(pooled)[:, :, None, None]


class Up(nn.Module):
    """Twice the size, joined with the encoder's features of that size."""

    def __init__(self, inputs: int, skip: int, outputs: int) -> None:
        super().__init__()
        self.mix = nn.Sequential(ConvBlock(inputs + skip, outputs), ConvBlock(outputs, outputs))

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        return self.mix(torch.cat((F.interpolate(x, scale_factor=2.0), skip), 1))


class ResNetGrayUNet(nn.Module):
    """Ours: ResNet-18 up to ``layer3``, a look at the whole scene, and back up to a quarter size.

    Two heads share the trunk: one answers a distribution over ab bins (vivid colors), the other
    a, b themselves (the mean, calm). Gray comes in as ``(L/100 - 0.449) / 0.226``, the ImageNet
    mean and deviation over the channels, so that summed RGB filters see what they were trained on.
    """

    stride: ClassVar[int] = 32
    architecture: ClassVar[str] = "resnet-gray-unet"
    ab_scale: ClassVar[float] = 110.0  # the regression head works in units of this

    bins: Tensor

    def __init__(
        self, bins: Tensor, pretrained: dict[str, Tensor] | None = None, dropout: float = 0.1
    ) -> None:
        """``bins`` Q,2: ab centers; ``dropout``: share of trunk channels hidden in training."""
        super().__init__()
        self.encoder = encoder_layers((*STEM, "layer1", "layer2", "layer3"), pretrained)
        self.scene = Scene(256, dropout)
        self.up16 = Up(256, 256, 256)
        self.up8 = Up(256, 128, 128)
        self.up4 = Up(128, 64, 96)
        self.dropout = nn.Dropout2d(dropout)
        self.to_bins = nn.Conv2d(96, len(bins), 1)
        self.to_ab = nn.Conv2d(96, 2, 1)
        self.register_buffer("bins", bins.float())

    def forward(self, gray: Tensor) -> tuple[Tensor, Tensor]:
        """ab / 110, N,2,H/4,W/4, and logits N,Q,H/4,W/4, of normalized gray N,1,H,W."""
        stem_and_layer1, layer2, layer3 = self.encoder[:5], self.encoder[5], self.encoder[6]
        at4 = stem_and_layer1(gray)
        at8 = layer2(at4)
        at16 = layer3(at8)
        x = self.up16(self.scene(at16), at16)
        x = self.dropout(self.up4(self.up8(x, at8), at4))
        return self.to_ab(x), self.to_bins(x)

    def predict(self, lightness: Tensor) -> Prediction:
        """Regression and logits at a quarter of the size of L N,1,H,W; H, W multiples of 32."""
        ab, logits = self(gray_input(lightness))
        return Prediction(ab.float() * self.ab_scale, logits.float())


Network = ResNetGray | ResNetGrayUNet


def initialize_as_paper(net: Network) -> Network:
    """Every convolution's kernel uniform in [-0.5, 0.5], as the paper writes."""
    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.uniform_(module.weight, -0.5, 0.5)
    return net
