"""A model as ONNX (https://onnx.ai), to be run where there is no PyTorch.

In goes ``lightness``, L of CIE Lab, N,1,H,W in 0..100, with sides that are multiples of the
network's stride (see ``stride`` in the file's metadata). Out come ``regression`` and ``decoded``,
the colors at vividness 0 and 1: a, b in Lab units, N,2,h,w, at full size or a quarter of it. The
card is in the metadata too.
"""

import json
from pathlib import Path

import torch
from torch import Tensor, nn

from . import weights
from .bins import annealed_mean
from .cards import Card
from .networks import Network

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
        regression, logits = self.net.predict(lightness)
        if logits is None:
            return regression, regression * self.chroma
        bins: Tensor = self.net.bins  # type: ignore[assignment]
        return regression, annealed_mean(logits, bins, self.temperature)


def export(model: Path, target: Path) -> None:
    """Writes the weights file ``model`` as ONNX. Raises ExportError, CardError, OSError."""
    try:
        import onnx  # noqa: PLC0415 (only who exports needs it)
        import onnxscript  # noqa: F401, PLC0415
    except ImportError as error:
        raise ExportError(
            "exporting needs two more packages: pip install onnx onnxscript"
        ) from error
    net, card = weights.load(model)
    program = torch.onnx.export(
        TwoLooks(net, card).eval(),
        (torch.zeros(2, 1, 4 * net.stride, 6 * net.stride),),
        input_names=["lightness"],
        output_names=["regression", "decoded"],
        opset_version=OPSET,
        dynamic_shapes=(
            {0: torch.export.Dim("n"), 2: _side("h", net.stride), 3: _side("w", net.stride)},
        ),
        dynamo=True,
        verbose=False,
    )
    assert program is not None
    proto = program.model_proto
    details = {"card": json.dumps(card, sort_keys=True), "stride": str(net.stride)}
    onnx.helper.set_model_props(proto, details)
    onnx.checker.check_model(proto)
    part = target.with_name(f".{target.name}.part")
    part.write_bytes(proto.SerializeToString())
    part.replace(target)


def _side(name: str, stride: int) -> torch.export.Dim:
    return stride * torch.export.Dim(name, min=1, max=MAX_SIDE // stride)
