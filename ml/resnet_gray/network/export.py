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

from . import weights
from .cards import Card
from .hints import HintsUnsupported
from .networks import Network, Prediction, ResNetGrayUNet

OPSET = 18
MAX_SIDE = 4096  # pixels a side


class ExportError(Exception):
    """It cannot be exported here; the message says why."""


class TwoLooks(nn.Module):
    """A network and the decoding that its card asks for, as one graph."""

    def __init__(self, net: Network, card: Card) -> None:
        super().__init__()
        self.net = net
        self.temperature, self.chroma = float(card["temperature"]), float(card["chroma"])

    def forward(self, lightness: Tensor) -> tuple[Tensor, Tensor]:
        """regression and decoded, both N,2,h,w, of L N,1,H,W."""
        return self.looks(self.net.predict(lightness))

    def looks(self, prediction: Prediction) -> tuple[Tensor, Tensor]:
        """The same of what the network says."""
        if prediction.logits is None:
            return prediction.ab, prediction.ab * self.chroma
        bins: Tensor = self.net.bins  # type: ignore[assignment]
        return prediction.ab, prediction.decoded(bins, self.temperature)


class Encoder(nn.Module):
    """The part of a network before the hints."""

    def __init__(self, net: Network) -> None:
        super().__init__()
        self.net = net

    def forward(self, lightness: Tensor) -> tuple[Tensor, ...]:
        """Features of L N,1,H,W."""
        return self.net.encode(lightness)


class Decoder(TwoLooks):
    """The part that hints enter."""

    def forward(  # type: ignore[override]
        self, at16: Tensor, at8: Tensor, at4: Tensor, hints: Tensor
    ) -> tuple[Tensor, Tensor]:
        """regression and decoded, both N,2,h,w, of features and hints N,K,5."""
        return self.looks(self.net.decode((at16, at8, at4), hints))


def export(model: Path, target: Path) -> None:
    """Writes the weights file ``model`` as ONNX. Raises ExportError, CardError, OSError."""
    net, card = weights.load(model)
    size = {0: torch.export.Dim("n"), 2: _side("h", net.stride), 3: _side("w", net.stride)}
    names = ["lightness"], ["regression", "decoded"]
    _write(TwoLooks(net, card), (_blank(net),), (size,), names, card=card, target=target)


def export_parts(model: Path, target: Path) -> list[Path]:
    """Writes ``NAME.encoder.onnx`` and ``NAME.decoder.onnx``, which takes hints; answers both.

    Raises ExportError, HintsUnsupported, CardError, OSError.
    """
    net, card = weights.load(model)
    if not isinstance(net, ResNetGrayUNet):
        raise HintsUnsupported(f"{card['name']} does not take hints")
    encoder, decoder = (target.with_suffix(f".{part}.onnx") for part in ("encoder", "decoder"))
    lightness = _blank(net)
    n, h, w = torch.export.Dim("n"), _side("h", net.stride), _side("w", net.stride)
    outputs = [f"features{i}" for i in range(3)]
    size = {0: n, 2: h, 3: w}
    _write(Encoder(net), (lightness,), (size,), (["lightness"], outputs), card=card, target=encoder)
    with torch.inference_mode():
        features = net.encode(lightness)
    unit_h, unit_w = (torch.export.Dim(name, min=1, max=MAX_SIDE // 32) for name in ("u", "v"))
    sizes = [{0: n, 2: times * unit_h, 3: times * unit_w} for times in (2, 4, 8)]
    hints = torch.rand(2, 3, 5)
    count = {0: n, 1: torch.export.Dim("k", min=1, max=64)}
    names = [*outputs, "hints"], ["regression", "decoded"]
    inputs = (*(x.clone() for x in features), hints)
    _write(Decoder(net, card), inputs, (*sizes, count), names, card=card, target=decoder)
    return [encoder, decoder]


def _blank(net: Network) -> Tensor:
    return torch.zeros(2, 1, 4 * net.stride, 6 * net.stride)


def _write(
    module: nn.Module,
    inputs: tuple[Tensor, ...],
    sizes: tuple[dict[int, Any], ...],
    names: tuple[Sequence[str], Sequence[str]],
    *,
    card: Card,
    target: Path,
) -> None:
    """``sizes`` are the inputs' dimensions that may differ; ``names`` those of inputs, outputs."""
    try:
        import onnx  # noqa: PLC0415 (only who exports needs it)
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
    proto = program.model_proto
    stride = module.net.stride
    details = {"card": json.dumps(card, sort_keys=True), "stride": str(stride)}
    onnx.helper.set_model_props(proto, details)
    onnx.checker.check_model(proto)
    part = target.with_name(f".{target.name}.part")
    part.write_bytes(proto.SerializeToString())
    part.replace(target)


def _side(name: str, stride: int) -> torch.export.Dim:
    return stride * torch.export.Dim(name, min=1, max=MAX_SIDE // stride)
