"""From a gray photo to a colored one, at full size: what a worker and the command line call.

The network sees a small frame of the photo and answers a, b at a fraction of that; `chroma` brings
these to the photo's size.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from ml.imaging import framing, gamut
from ml.imaging.chroma import Chroma, render
from ml.imaging.framing import Frame
from ml.imaging.hints import Hint
from ml.imaging.srgb import Pixels

from . import cards, weights
from .hints import HintsUnsupported, to_points
from .networks import Encoded, Prediction
from .suggestions import distribution, suggestions


@dataclass(frozen=True, slots=True)
class Features:
    """A photo as far as hints do not matter: kept, so that each hint costs a ``decode`` only."""

    frame: Frame
    encoded: Encoded


class Colorizer:
    """A network, loaded and ready on one device."""

    def __init__(self, path: Path | str, device: str | None = None) -> None:
        """Load a weights file. ``device``: by default a GPU if there is one, else the CPU.

        Raises OSError or ``cards.CardError`` where the file is not a model.
        """
        self.device = device or ("cuda" if torch.cuda.is_available() else "cpu")
        self.version = _sha256(Path(path))[:12]
        net, self.card = weights.load(path)
        self.name: str = self.card["name"]
        self.default_size: int = self.card["default_size"]
        bins = getattr(net, "bins", None)
        self._bins = None if bins is None else bins.float().to(self.device)
        self._net = optimized(net, self.device)

    def warm(self, shapes: Iterable[tuple[int, int]] | None = None) -> None:
        """Run the network once for each frame shape (by default, all of the usual size)."""
        gamut.max_chroma()
        for shape in shapes or framing.frame_shapes(self.default_size):
            blank = np.zeros(shape, np.float32)
            self.predict([Frame(blank, framing.Box(0, 0, *shape))])

    def gpu_memory(self) -> int | None:
        """Bytes that this process holds on its GPU; None on a CPU."""
        return None if self.device == "cpu" else torch.cuda.memory_reserved(self.device)

    def frame(self, rgb: Pixels, size: int | None = None) -> Frame:
        """The photo (uint8 H,W,3) as the network sees it, ``size`` pixels on the short side."""
        return framing.frame(rgb, size or self.default_size)

    def predict(self, frames: Sequence[Frame]) -> list[Chroma]:
        """The colors of frames of one shape, in one pass; too many for the GPU are halved.

        A photo's colors do not depend on the others: on a CPU, where a batch would save little,
        each goes alone and the answers are the same bits; a GPU may round differently, by less
        than one Lab unit. Raises MemoryError if even one is too much.
        """
        if self.device == "cpu":
            return [chroma for frame in frames for chroma in self._forward([frame])]
        try:
            return self._forward(frames)
        except torch.OutOfMemoryError as error:
            if len(frames) == 1:
                raise MemoryError("the photo's frame does not fit the GPU's memory") from error
        torch.cuda.empty_cache()
        half = len(frames) // 2
        return self.predict(frames[:half]) + self.predict(frames[half:])

    @property
    def takes_hints(self) -> bool:
        """Whether ``decode`` takes hints, and ``suggest`` answers."""
        return cards.takes_hints(self.card)

    def check_takes_hints(self) -> None:
        """Raises HintsUnsupported where it does not."""
        if not self.takes_hints:
            raise HintsUnsupported(f"{self.name} does not take hints")

    @torch.inference_mode()
    def encode(self, frame: Frame) -> Features:
        """The first part of ``predict``, for one frame."""
        return Features(frame, self._net.encode(self._batch([frame])))

    @torch.inference_mode()
    def decode(self, features: Features, hints: Sequence[Hint] = ()) -> Chroma:
        """The rest of it: the colors, with hints. Without, they are those of ``predict``.

        Raises HintsUnsupported.
        """
        (chroma,) = self._chroma([features.frame], self._predict(features, hints))
        return chroma

    @torch.inference_mode()
    def suggest(
        self, features: Features, x: float, y: float, hints: Sequence[Hint] = ()
    ) -> list[tuple[float, float, float]]:
        """Up to eight colors (a, b, share) likely at x, y (0..1 of the photo), likeliest first.

        Raises HintsUnsupported.
        """
        self.check_takes_hints()
        logits = self._predict(features, hints).logits
        assert logits is not None
        assert self._bins is not None
        place = features.frame.at(x, y)
        return suggestions(distribution(logits, *place).cpu(), self._bins.cpu())

    render = staticmethod(render)

    def colorize(
        self,
        rgb: Pixels,
        size: int | None = None,
        vividness: float = 1.0,
        hints: Sequence[Hint] = (),
    ) -> Pixels:
        """All of it for one photo, uint8 H,W,3; may work in place. Raises HintsUnsupported."""
        frame = self.frame(rgb, size)
        if hints:
            chroma = self.decode(self.encode(frame), hints)
        else:
            (chroma,) = self.predict([frame])
        return self.render(rgb, chroma, vividness)

    @torch.inference_mode()
    def _forward(self, frames: Sequence[Frame]) -> list[Chroma]:
        return self._chroma(frames, self._net.predict(self._batch(frames)))

    def _batch(self, frames: Sequence[Frame]) -> Tensor:
        """L N,1,H,W of frames of one shape, on the device."""
        batch = torch.from_numpy(np.stack([frame.lightness for frame in frames]))
        return batch[:, None].to(self.device)

    def _predict(self, features: Features, hints: Sequence[Hint]) -> Prediction:
        """The network's second part with hints whose places are those of the photo."""
        points = None
        if hints:
            placed = []
            for hint in hints:
                x, y = features.frame.at(hint.x, hint.y)
                placed.append(hint._replace(x=x, y=y))
            points = to_points(placed, self.device)
        return self._net.decode(features.encoded, points)

    def _chroma(self, frames: Sequence[Frame], prediction: Prediction) -> list[Chroma]:
        if self._bins is None:
            decoded = prediction.ab * self.card["chroma"]
        else:
            decoded = prediction.decoded(self._bins, self.card["temperature"])
        maps = zip(frames, _planes_last(prediction.ab), _planes_last(decoded), strict=True)
        return [
            Chroma(*(framing.unframe(ab, frame).copy() for ab in pair)) for frame, *pair in maps
        ]


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


def _planes_last(ab: Tensor) -> NDArray[Any]:
    return ab.permute(0, 2, 3, 1).float().cpu().numpy()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
