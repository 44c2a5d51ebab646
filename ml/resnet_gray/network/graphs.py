"""``python -m ml.resnet_gray.network.graphs``: writes the networks as graphs without weights.

They lie in ``weightless/`` as ONNX and serve those who color without PyTorch. Every tensor of a
weights file is an input by its name there, ``temperature`` and ``chroma`` of its card too, so that
one graph serves all versions of a network. A U-Net's have all its parts.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call

from . import weights
from .export import FEATURES, LOOKS, blank, decoder_sizes, frame_sizes, to_onnx
from .networks import ResNetGray, ResNetGrayUNet
from .openvino_engine import FOLDER
from .parts import Decoder, Encoder, HintedDecoder

MAX_BINS = 4096
BINS = ("net.bins", "net.to_bins.weight", "net.to_bins.bias")
"""Tensors whose first side differs from file to file."""


class _Weightless(nn.Module):
    """A part of a network that is given its weights."""

    def __init__(self, part: nn.Module) -> None:
        super().__init__()
        self.hidden = [part.eval()]  # in a list its own weights are not seen

    def forward(self, values: dict[str, Tensor], *inputs: Tensor) -> Any:
        return functional_call(self.hidden[0], values, inputs)


def make() -> Iterator[tuple[str, bytes]]:
    """Each graph's file name and bytes. Raises ``export.ExportError``."""
    for architecture in (ResNetGray.architecture, ResNetGrayUNet.architecture):
        for part, proto in _parts(architecture):
            yield f"{architecture}.{part}.onnx", _plain(proto).SerializeToString(deterministic=True)


def _parts(architecture: str) -> Iterator[tuple[str, Any]]:
    net, card = weights.untrained(architecture)
    if isinstance(net, ResNetGrayUNet):
        net.add_hint_layers()
        net.add_vivid_head()
    net.eval()
    lightness = blank(net)
    with torch.inference_mode():
        encoded = net.encode(lightness)
    encoded = tuple(x.clone() for x in encoded)
    names = FEATURES[: len(encoded)]
    yield "encoder", _graph(Encoder(net), (lightness,), (frame_sizes(net),), ["lightness"], names)
    if not isinstance(net, ResNetGrayUNet):
        n, *sides = (torch.export.Dim(name, min=1) for name in "nuv")
        sizes = {0: n, 2: sides[0], 3: sides[1]}
        yield "decoder", _graph(Decoder(net, card), encoded, (sizes,), names, LOOKS)
        return
    outputs = [*LOOKS, "logits"]
    *sizes_of, hints = decoder_sizes()
    decoder = Decoder(net, card, logits=True)
    yield "decoder", _graph(decoder, encoded, tuple(sizes_of), names, outputs)
    hinted = HintedDecoder(net, card, logits=True)
    inputs = (*encoded, torch.rand(2, 3, 5))
    yield "hinted", _graph(hinted, inputs, (*sizes_of, hints), [*names, "hints"], outputs)


def _graph(
    part: nn.Module,
    inputs: tuple[Tensor, ...],
    sizes: tuple[dict[int, Any], ...],
    names: list[str],
    outputs: list[str],
) -> Any:
    count = torch.export.Dim("q", min=2, max=MAX_BINS)
    values = {k: v for k, v in part.state_dict().items() if not k.endswith("num_batches_tracked")}
    free = {name: {0: count} if name in BINS else {} for name in values}
    # `torch.export` names what varies by arguments, of which all inputs are one.
    given = [name.removeprefix("net.") for name in values] + names
    return to_onnx(_Weightless(part), (values, *inputs), (free, sizes), (given, outputs))


def _plain(proto: Any) -> Any:
    """Without what is not used, and without what says where it was made."""
    for node in (*proto.graph.node, *proto.graph.value_info, *proto.graph.input):
        del node.metadata_props[:]
        node.doc_string = ""
    del proto.graph.metadata_props[:]
    del proto.metadata_props[:]
    del proto.graph.value_info[:]
    used = {name for node in proto.graph.node for name in node.input}
    inputs = [value for value in proto.graph.input if value.name in used]
    del proto.graph.input[:]
    proto.graph.input.extend(inputs)
    return proto


def main(folder: Path = FOLDER) -> None:
    """Writes them all."""
    for name, data in make():
        (folder / name).write_bytes(data)
        print(f"{name}: {len(data) / 1000:.0f} kB")  # noqa: T201


if __name__ == "__main__":
    main()
