"""A network run by PyTorch: fused, channels last, in half precision if it pays."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from . import weights
from .cards import Card
from .engines import Array, Looks
from .networks import Prediction
from .parts import Decoding

Features = tuple[Tensor, ...]


class TorchEngine:
    """A network, loaded and ready on one device; see ``engines``."""

    def __init__(self, path: Path | str, card: Card, device: str, parallel: int = 1) -> None:
        """Raises CardError, or OSError where the file cannot be read."""
        self.device = device
        if parallel > 1 and device == "cpu":
            torch.set_num_threads(1)
        net, _ = weights.load(path)
        bins = getattr(net, "bins", None)
        self.bins = None if bins is None else bins.float().numpy()
        self._net = optimized(net, device)
        self._decoding = Decoding(self._net, card).to(device)

    @torch.inference_mode()
    def encode(self, lightness: Array) -> Features:
        """Features of L N,1,H,W. Raises MemoryError."""
        with _memory_errors():
            return self._net.encode(torch.from_numpy(lightness).to(self.device))

    @torch.inference_mode()
    def decode(self, encoded: Features, points: Array | None = None) -> Looks:
        """regression and decoded, both N,2,h,w. Raises MemoryError."""
        with _memory_errors():
            regression, decoded = self._decoding.looks(self._predict(encoded, points))
            return _to_numpy(regression), _to_numpy(decoded)

    @torch.inference_mode()
    def logits(self, encoded: Features, points: Array | None = None) -> Array:
        """N,Q,h,w over ``bins``."""
        logits = self._predict(encoded, points).logits
        assert logits is not None
        return _to_numpy(logits)

    def gpu_memory(self) -> int | None:
        """Bytes that this process holds on its GPU; None on a CPU."""
        return None if self.device == "cpu" else torch.cuda.memory_reserved(self.device)

    def _predict(self, encoded: Features, points: Array | None) -> Prediction:
        there = None if points is None else torch.from_numpy(points).to(self.device)
        return self._net.decode(encoded, there)


def optimized(net: nn.Module, device: str) -> Any:
    """The network for inference on a device: fused, channels last, in half precision if it pays.

    Changes the network given.
    """
    _fuse(net)
    return net.to(device, best_dtype(device)).to(memory_format=torch.channels_last).eval()


def best_dtype(device: str) -> torch.dtype:
    """bfloat16 where the hardware multiplies it; without, it would be slower than float32."""
    if device != "cpu":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    try:
        flags = set(Path("/proc/cpuinfo").read_text().split())
    except OSError:
        return torch.float32
    return torch.bfloat16 if flags & {"avx512_bf16", "amx_bf16"} else torch.float32


def _fuse(module: nn.Module) -> None:
    """Fold every batch normalization into the convolution that stands before it."""
    convolution: tuple[str, nn.Conv2d] | None = None
    for name, child in list(module.named_children()):
        if convolution is not None and isinstance(child, nn.BatchNorm2d):
            setattr(module, convolution[0], fuse_conv_bn_eval(convolution[1], child))
            setattr(module, name, nn.Identity())
        convolution = (name, child) if isinstance(child, nn.Conv2d) else None
        _fuse(child)


def _to_numpy(tensor: Tensor) -> Array:
    return tensor.float().cpu().numpy()


@contextmanager
def _memory_errors() -> Iterator[None]:
    try:
        yield
    except torch.OutOfMemoryError as error:
        torch.cuda.empty_cache()
        raise MemoryError("the photo's frame does not fit the GPU's memory") from error
