"""A model as ONNX (https://onnx.ai), to be run where there is no PyTorch.

In goes ``lightness``, L of CIE Lab, N,1,H,W in 0..100, with sides that are multiples of the
network's stride (see ``stride`` in the file's metadata). Out come ``regression`` and ``decoded``,
the colors at vividness 0 and 1: a, b in Lab units, N,2,h,w, at full size or a quarter of it. The
card is in the metadata too.

With hints there are two files. The encoder's outputs ``features0`` to ``features2`` are inputs of
the decoder, beside ``hints`` N,K,5: x, y in 0..1, a, b in Lab units, and a radius in pixels of a
frame whose short side is 256; a radius of 0 means no hint.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ml.imaging.hints import MAX_HINTS

from . import weights
from .cards import Card, HintsUnsupported
from .networks import Network, ResNetGrayUNet
from .parts import Encoder, HintedDecoder, TwoLooks

OPSET = 18
MAX_SIDE = 4096  # pixels a side
LOOKS, FEATURES = ["regression", "decoded"], [f"features{i}" for i in range(3)]


class ExportError(Exception):
    """It cannot be exported here; the message says why."""


def export(model: Path, target: Path) -> None:
    """Writes the weights file ``model`` as ONNX. Raises ExportError, CardError, OSError."""
    net, card = weights.load(model)
    names = ["lightness"], LOOKS
    proto = to_onnx(TwoLooks(net, card), (blank(net),), (frame_sizes(net),), names)
    _write(proto, card, net.stride, target)


def export_parts(model: Path, target: Path) -> list[Path]:
    """Writes ``NAME.encoder.onnx`` and ``NAME.decoder.onnx``, which takes hints; answers both.

    Raises ExportError, HintsUnsupported, CardError, OSError.
    """
    net, card = weights.load(model)
    if not isinstance(net, ResNetGrayUNet):
        raise HintsUnsupported(f"{card['name']} does not take hints")
    encoder, decoder = (target.with_suffix(f".{part}.onnx") for part in ("encoder", "decoder"))
    lightness = blank(net)
    proto = to_onnx(Encoder(net), (lightness,), (frame_sizes(net),), (["lightness"], FEATURES))
    _write(proto, card, net.stride, encoder)
    with torch.inference_mode():
        features = net.encode(lightness)
    inputs = (*(x.clone() for x in features), torch.rand(2, 3, 5))
    names = [*FEATURES, "hints"], LOOKS
    proto = to_onnx(HintedDecoder(net, card), inputs, decoder_sizes(), names)
    _write(proto, card, net.stride, decoder)
    return [encoder, decoder]


def blank(net: Network) -> Tensor:
    """L that a graph is made with; its size stands for all of ``frame_sizes``."""
    return torch.zeros(2, 1, 4 * net.stride, 6 * net.stride)


def frame_sizes(net: Network) -> dict[int, Any]:
    """Which dimensions of L may differ."""
    sides = {
        axis: net.stride * torch.export.Dim(name, min=1, max=MAX_SIDE // net.stride)
        for axis, name in ((2, "h"), (3, "w"))
    }
    return {0: torch.export.Dim("n"), **sides}


def decoder_sizes() -> tuple[dict[int, Any], ...]:
    """The same of a U-Net's features and of hints."""
    n, h, w = (
        torch.export.Dim("n"),
        *(torch.export.Dim(name, min=1, max=MAX_SIDE // 32) for name in ("u", "v")),
    )
    count = torch.export.Dim("k", min=1, max=MAX_HINTS)
    return *({0: n, 2: times * h, 3: times * w} for times in (2, 4, 8)), {0: n, 1: count}


def to_onnx(
    module: nn.Module, inputs: Any, sizes: Any, names: tuple[Sequence[str], Sequence[str]]
) -> Any:
    """A module as an ``onnx.ModelProto``. ``sizes`` are the inputs' dimensions that may differ;
    ``names`` those of inputs and outputs. Raises ExportError.
    """
    try:
        import onnx  # noqa: F401, PLC0415 (only who exports needs it)
        import onnxscript  # noqa: F401, PLC0415
    except ImportError as error:
        raise ExportError(
            "exporting needs two more packages: pip install onnx onnxscript"
        ) from error
    program = torch.onnx.export(
        module.eval(),
        inputs,
        input_names=names[0],
        output_names=names[1],
        opset_version=OPSET,
        dynamic_shapes=sizes,
        dynamo=True,
        verbose=False,
    )
    assert program is not None
    return program.model_proto


def _write(proto: Any, card: Card, stride: int, target: Path) -> None:
    import onnx  # noqa: PLC0415

    details = {"card": json.dumps(card, sort_keys=True), "stride": str(stride)}
    onnx.helper.set_model_props(proto, details)
    onnx.checker.check_model(proto)
    part = target.with_name(f".{target.name}.part")
    part.write_bytes(proto.SerializeToString())
    part.replace(target)
