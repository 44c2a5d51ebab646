"""The two networks: ResNetGray, the paper's, and ResNetGrayUNet, ours.

Both take lightness L (N,1,H,W in 0..100) through ``predict`` and answer a, b in Lab units.
``predict`` is ``encode`` and ``decode``; hints enter in the latter.
"""

from typing import ClassVar, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (the name everyone knows it by)

from .bins import annealed_mean
from .cards import HintsUnsupported
from .hints import HintLayers
from .resnet import BasicBlock, encoder_layers, shortcut
from .spread import Spread, spread
from .vivid import VividHead


class Prediction(NamedTuple):
    """What a network predicts for a photo."""

    ab: Tensor  # N,2,h,w in Lab units: the regression, a mean over what is likely
    logits: Tensor | None  # N,Q,h,w over the network's bins; None where there is only a mean
    parts: Tensor | None = None  # N,2,h,w: see ``vivid``; None shows the distribution alone
    spread: Spread | None = None  # of the hints, which ``ab`` has already and ``logits`` has not

    def decoded(self, bins: Tensor, temperature: float | Tensor) -> Tensor:
        """The colors at vividness 1, N,2,h,w: ``logits`` sharpened, as vivid as each place may be,
        with the hints.
        """
        assert self.logits is not None
        ab = annealed_mean(self.logits, bins, temperature)
        if self.parts is not None:
            ab = self.parts[:, :1] * self.ab + self.parts[:, 1:] * ab
        return self.spread.apply(ab) if self.spread else ab


Encoded = tuple[Tensor, ...]
"""What the part of a network before the hints makes of a photo."""


def gray_input(lightness: Tensor) -> Tensor:
    """L 0..100 as filters know it that were trained on ImageNet: its mean and deviation, over the
    channels.
    """
    return (lightness / 100 - 0.449) / 0.226


def _as_weights(gray: Tensor, encoder: nn.Sequential) -> Tensor:
    """The input, normalized in full precision, in that of the weights."""
    dtype = next(encoder.parameters()).dtype
    return gray.to(dtype, memory_format=torch.channels_last)


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

    def encode(self, lightness: Tensor) -> Encoded:
        """Features at 1/8 of L N,1,H,W; H and W multiples of 8."""
        return (self.encoder(_as_weights(lightness / 100, self.encoder)),)

    def decode(self, encoded: Encoded, points: Tensor | None = None) -> Prediction:
        """a, b at full size. Raises HintsUnsupported."""
        if points is not None:
            raise HintsUnsupported(f"{self.architecture} does not take hints")
        return Prediction(self.decoder(*encoded).float() * 255 - 128, None)

    def predict(self, lightness: Tensor, points: Tensor | None = None) -> Prediction:
        """Both in one."""
        return self.decode(self.encode(lightness), points)


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
        self.places = nn.Sequential(
            BasicBlock(width, width, 2, shortcut(width, width)), BasicBlock(width, width)
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
        self,
        bins: Tensor,
        pretrained: dict[str, Tensor] | None = None,
        dropout: float = 0.1,
        hints: bool = False,
    ) -> None:
        """``bins`` Q,2: ab centers; ``dropout``: share of trunk channels hidden in training;
        ``hints``: with layers that listen to hints.
        """
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
        self.hints: HintLayers | None = None
        self.vivid: VividHead | None = None
        if hints:
            self.add_hint_layers()

    def add_hint_layers(self) -> None:
        """Puts in hint layers, which change no answer before they are trained."""
        self.hints = HintLayers(at16=256, at8=128, at4=96)

    def add_vivid_head(self) -> None:
        """Puts in the head that says how vivid to be where; before training, as without it."""
        self.vivid = VividHead(96)

    def encode(self, lightness: Tensor) -> Encoded:
        """Features at 1/16 (the decoder's), 1/8 and 1/4 (the encoder's) of L N,1,H,W; H and W
        multiples of 32.
        """
        stem_and_layer1, layer2, layer3 = self.encoder[:5], self.encoder[5], self.encoder[6]
        at4 = stem_and_layer1(_as_weights(gray_input(lightness), self.encoder))
        at8 = layer2(at4)
        at16 = layer3(at8)
        return self.up16(self.scene(at16), at16), at8, at4

    def decode(self, encoded: Encoded, points: Tensor | None = None) -> Prediction:
        """Regression and logits at a quarter of the photo's size, with hints N,K,5 or without.

        Without trained hint layers, hints spread by the likeness of the last features.
        """
        prediction = self.answer(x := self.last_features(encoded, points))
        if points is None:
            return prediction
        found = (self.hints.spread if self.hints else spread)(x, encoded[0], points)
        return prediction._replace(ab=found.apply(prediction.ab), spread=found)

    def answer(self, x: Tensor) -> Prediction:
        """What the heads say of the last features."""
        seen = self.dropout(x)
        ab, logits = self.to_ab(seen).float() * self.ab_scale, self.to_bins(seen).float()
        return Prediction(ab, logits, self.vivid(x) if self.vivid else None)

    def last_features(self, encoded: Encoded, points: Tensor | None = None) -> Tensor:
        """N,96,H/4,W/4: what all heads look at."""
        x, at8, at4 = encoded
        listening = self.hints if points is not None else None
        if listening:
            x = listening.at16(x, points)
        x = self.up8(x, at8)
        if listening:
            x = listening.at8(x, points)
        x = self.up4(x, at4)
        return listening.at4(x, points) if listening else x

    def predict(self, lightness: Tensor, points: Tensor | None = None) -> Prediction:
        """Both in one."""
        return self.decode(self.encode(lightness), points)


Network = ResNetGray | ResNetGrayUNet


def initialize_as_paper(net: Network) -> Network:
    """Every convolution's kernel uniform in [-0.5, 0.5], as the paper writes."""
    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.uniform_(module.weight, -0.5, 0.5)
    return net
