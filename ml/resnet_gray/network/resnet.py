"""ResNet-18's layers before its pooling, for one channel: the encoder of both networks.

He, Zhang, Ren & Sun, "Deep Residual Learning for Image Recognition" (2015, arXiv 1512.03385).
Modules have torchvision's names, so that its weights fit. Its own are not used because they load
all that torchvision brings: 2.6 s of processor and 160 MB for each process that colors.
"""

from collections.abc import Iterator, Sequence

from torch import Tensor, nn

WIDTHS = (64, 128, 256, 512)
"""Channels after ``layer1`` to ``layer4``."""


class BasicBlock(nn.Module):
    """Two 3x3 convolutions with a connection around them; N,C,H,W to the same over ``stride``."""

    def __init__(
        self, inputs: int, outputs: int, stride: int = 1, downsample: nn.Module | None = None
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = downsample

    def forward(self, x: Tensor) -> Tensor:
        around = x if self.downsample is None else self.downsample(x)
        x = self.relu(self.bn1(self.conv1(x)))
        return self.relu(self.bn2(self.conv2(x)) + around)


def shortcut(inputs: int, outputs: int) -> nn.Sequential:
    """The way around a block that halves the size."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 1, stride=2, bias=False), nn.BatchNorm2d(outputs)
    )


def sum_to_gray(weight: Tensor) -> Tensor:
    """One-channel filters O,1,k,k from RGB filters O,3,k,k: gray is R = G = B."""
    return weight.sum(1, keepdim=True)


def encoder_layers(layers: Sequence[str], state: dict[str, Tensor] | None = None) -> nn.Sequential:
    """The named layers, ``conv1`` to ``layer4``.

    ``state`` holds pre-trained values under torchvision's names, RGB or already gray. Without it
    the values are random, in the blocks as He et al. have them in "Delving Deep into Rectifiers"
    (2015).
    """
    encoder = nn.Sequential()
    for name, layer in _layers():
        if name in layers:
            encoder.add_module(name, layer)
        if len(encoder) == len(layers):  # the last ones are large
            break
    if state is None:
        encoder.apply(_initialize)
        return encoder
    values = {k: v for k, v in state.items() if k.split(".")[0] in layers}
    if values["conv1.weight"].shape[1] == 3:
        values["conv1.weight"] = sum_to_gray(values["conv1.weight"])
    encoder.load_state_dict(values)
    return encoder


def _initialize(module: nn.Module) -> None:
    if isinstance(module, BasicBlock):
        for part in module.modules():
            if isinstance(part, nn.Conv2d):
                nn.init.kaiming_normal_(part.weight, mode="fan_out", nonlinearity="relu")


def _layers() -> Iterator[tuple[str, nn.Module]]:
    inputs = WIDTHS[0]
    yield "conv1", nn.Conv2d(1, inputs, 7, stride=2, padding=3, bias=False)
    yield "bn1", nn.BatchNorm2d(inputs)
    yield "relu", nn.ReLU(inplace=True)
    yield "maxpool", nn.MaxPool2d(3, stride=2, padding=1)
    for number, outputs in enumerate(WIDTHS, 1):
        first = (
            BasicBlock(inputs, outputs)
            if inputs == outputs
            else BasicBlock(inputs, outputs, 2, shortcut(inputs, outputs))
        )
        yield f"layer{number}", nn.Sequential(first, BasicBlock(outputs, outputs))
        inputs = outputs
