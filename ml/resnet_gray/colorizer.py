"""From a grey photo to a coloured one, at full size: what a worker and the command line call.

The network sees a small frame of the photo and answers a, b at a fraction of that. These are
upsampled bicubically (joint and guided filters were measured to be worse), joined with the
photo's own lightness, and fitted into sRGB, strip by strip: memory does not grow with the photo.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from . import framing, gamut, weights
from .bins import annealed_mean
from .framing import Frame
from .srgb import Pixels, lightness, strips

MOST_VIVID = 1.5
"""Chroma at vividness 2, as a multiple of that at 1."""


@dataclass(frozen=True, slots=True)
class Chroma:
    """The colours of one photo, small: a, b in Lab units as float32 h,w,2."""

    natural: NDArray[Any]  # the mean of what is likely: calm
    balanced: NDArray[Any]  # the network's default

    def at(self, vividness: float) -> NDArray[Any]:
        """a, b at a vividness of 0 (natural), 1 (balanced) to 2 (vivid), linear in between.

        Linear, so that a page can blend three maps and show just what a file will hold.
        """
        if vividness <= 1:
            return self.natural + np.float32(vividness) * (self.balanced - self.natural)
        return self.balanced * np.float32(1 + (vividness - 1) * (MOST_VIVID - 1))


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
        self._net = optimised(net, self.device)

    def warm(self, shapes: Iterable[tuple[int, int]] | None = None) -> None:
        """Run the network once for each frame shape (by default, all of the usual size)."""
        gamut.max_chroma()
        for shape in shapes or framing.frame_shapes(self.default_size):
            blank = np.zeros(shape, np.float32)
            self.predict([Frame(blank, framing.Box(0, 0, *shape))])

    def frame(self, rgb: Pixels, size: int | None = None) -> Frame:
        """The photo (uint8 H,W,3) as the network sees it, ``size`` pixels on the short side."""
        return framing.frame(rgb, size or self.default_size)

    def predict(self, frames: Sequence[Frame]) -> list[Chroma]:
        """The colours of frames of one shape, in one pass; too many for the GPU are halved.

        A photo's colours do not depend on the others: on a CPU, where a batch would save little,
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

    def render(
        self,
        rgb: Pixels,
        chroma: Chroma,
        vividness: float = 1.0,
        progress: Callable[[float], None] | None = None,
    ) -> Pixels:
        """The coloured photo, uint8 H,W,3; lightness is the photo's own.

        Works in place: the photo's array is the answer, unless it is read-only.
        ``progress`` is told the fraction done, 0..1, after each strip.
        """
        height, width = rgb.shape[:2]
        out = rgb if rgb.flags.writeable else np.empty_like(rgb)
        colours = Upsampled(chroma.at(vividness), height, width)
        for rows in strips(height, width):
            lab = cv2.merge((lightness(rgb[rows]), *colours.rows(rows)))
            out[rows] = gamut.lab_to_rgb(lab)
            if progress:
                progress(rows.stop / height)
        return out

    def colorize(self, rgb: Pixels, size: int | None = None, vividness: float = 1.0) -> Pixels:
        """All of it for one photo, uint8 H,W,3; may work in place."""
        (chroma,) = self.predict([self.frame(rgb, size)])
        return self.render(rgb, chroma, vividness)

    @torch.inference_mode()
    def _forward(self, frames: Sequence[Frame]) -> list[Chroma]:
        batch = torch.from_numpy(np.stack([frame.lightness for frame in frames]))
        natural, logits = self._net.predict(batch[:, None].to(self.device))
        if logits is None or self._bins is None:
            balanced = natural * self.card["chroma"]
        else:
            balanced = annealed_mean(logits, self._bins, self.card["temperature"])
        maps = zip(frames, _planes_last(natural), _planes_last(balanced), strict=True)
        return [
            Chroma(*(framing.unframe(ab, frame).copy() for ab in pair)) for frame, *pair in maps
        ]


class Upsampled:
    """Small a, b (h,w,2) seen at H x W, bicubic (Catmull-Rom's kin, a = -0.75, as OpenCV's).

    Any rows can be asked for, and come out the same bits whatever strip they are in: OpenCV, which
    resizes whole pictures only, does the columns, and the rows are weighed here.
    """

    def __init__(self, ab: NDArray[Any], height: int, width: int) -> None:
        h, w = ab.shape[:2]
        if height < h or width < w:  # a tiny photo: bicubic would skip most of the map
            h, w = min(h, height), min(w, width)
            ab = cv2.resize(ab, (w, h), interpolation=cv2.INTER_AREA)
        self.planes = [np.ascontiguousarray(ab[..., i], np.float32) for i in range(2)]
        self.height, self.width = height, width

    def rows(self, rows: slice) -> list[NDArray[Any]]:
        """a and b of some rows, two planes n,W in float32."""
        return [self._rows(plane, rows) for plane in self.planes]

    def _rows(self, plane: NDArray[Any], rows: slice) -> NDArray[Any]:
        h, w = plane.shape
        # Two more on either side: OpenCV rounds the outermost rows another way.
        position = (np.arange(rows.start - 2, rows.stop + 2) + 0.5) * (h / self.height) - 0.5
        first = np.floor(position).astype(int)
        mixed = np.zeros((len(position), w), np.float32)
        for offset in range(-1, 3):
            weight = _cubic(position - first - offset).astype(np.float32)
            mixed += weight[:, None] * plane[np.clip(first + offset, 0, h - 1)]
        # A height of the same rows: OpenCV then leaves them alone.
        return cv2.resize(mixed, (self.width, len(mixed)), interpolation=cv2.INTER_CUBIC)[2:-2]


def _cubic(x: NDArray[Any], a: float = -0.75) -> NDArray[Any]:
    """Keys' cubic convolution kernel (IEEE Trans. ASSP 29, 1981)."""
    x = np.abs(x)
    near = ((a + 2) * x - (a + 3)) * x * x + 1
    far = ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
    return np.where(x <= 1, near, np.where(x < 2, far, 0))


def optimised(net: nn.Module, device: str) -> Any:
    """The network for inference on a device: fused, channels last, in half precision if it pays.

    Changes the network given.
    """
    dtype = best_dtype(device)

    def cast(_: nn.Module, inputs: tuple[Tensor]) -> tuple[Tensor]:
        # Here and not before: a network normalises its input in full precision.
        return (inputs[0].to(dtype, memory_format=torch.channels_last),)

    _fuse(net)
    net.to(device, dtype).to(memory_format=torch.channels_last)
    net.register_forward_pre_hook(cast)
    return net.eval()


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
    """Fold every batch normalisation into the convolution that stands before it."""
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
