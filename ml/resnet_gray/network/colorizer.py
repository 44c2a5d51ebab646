"""From a gray photo to a colored one, at full size: what a worker and the command line call.

The network sees a small frame of the photo and answers a, b at a fraction of that; `chroma` brings
these to the photo's size.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ml.imaging import framing, gamut
from ml.imaging.chroma import Chroma, render
from ml.imaging.framing import Frame
from ml.imaging.hints import Hint
from ml.imaging.srgb import Pixels

from . import cards, engines
from .cards import HintsUnsupported
from .engines import Array, Encoded, Looks
from .suggestions import distribution, suggestions


@dataclass(frozen=True, slots=True)
class Features:
    """A photo as far as hints do not matter: kept, so that each hint costs a ``decode`` only."""

    frame: Frame
    encoded: Encoded


class Colorizer:
    """A network, loaded and ready on one device."""

    def __init__(self, path: Path | str, device: str | None = None, *, parallel: int = 1) -> None:
        """Load a weights file. ``device``: by default a GPU if there is one, else the CPU.
        ``parallel``: how many threads color with it at a time.

        Raises OSError or ``cards.CardError`` where the file is not a model.
        """
        self.version = _sha256(Path(path))[:12]
        self.card = cards.read_card(path)
        self.name: str = self.card["name"]
        self.default_size: int = self.card["default_size"]
        self._engine = engines.load(path, self.card, device, parallel)
        self.device = self._engine.device

    def warm(self, shapes: Iterable[tuple[int, int]] | None = None) -> None:
        """Run the network once for each frame shape, and once with a hint.

        By default a GPU sees all of the usual size; on a CPU a new one costs no time worth
        mentioning, but memory.
        """
        gamut.max_chroma()
        usual = framing.frame_shapes(self.default_size)
        for shape in shapes or (usual[:1] if self.device == "cpu" else usual):
            frame = Frame(np.zeros(shape, np.float32), framing.Box(0, 0, *shape))
            self.predict([frame])
        if self.takes_hints:
            self.decode(self.encode(frame), [Hint(0.5, 0.5, 0, 0)])

    def gpu_memory(self) -> int | None:
        """Bytes that this process holds on its GPU; None on a CPU."""
        return self._engine.gpu_memory()

    def frame(self, rgb: Pixels, size: int | None = None) -> Frame:
        """The photo (uint8 H,W,3) as the network sees it, ``size`` pixels on the short side."""
        return framing.frame(rgb, size or self.default_size)

    def predict(self, frames: Sequence[Frame]) -> list[Chroma]:
        """The colors of frames of one shape, in one pass; too many for the GPU are halved.

        A photo's colors do not depend on the others: on a CPU, where a batch would save little,
        each goes alone and the answers are the same bits; a GPU may round differently, by less
        than one Lab unit. Raises MemoryError if even one is too much.
        """
        if self.device == "cpu" and len(frames) > 1:
            return [chroma for frame in frames for chroma in self.predict([frame])]
        try:
            return self._chroma(frames, self._engine.decode(self._engine.encode(_batch(frames))))
        except MemoryError:
            if len(frames) == 1:
                raise
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

    def encode(self, frame: Frame) -> Features:
        """The first part of ``predict``, for one frame."""
        return Features(frame, self._engine.encode(_batch([frame])))

    def decode(self, features: Features, hints: Sequence[Hint] = ()) -> Chroma:
        """The rest of it: the colors, with hints. Without, they are those of ``predict``.

        Raises HintsUnsupported.
        """
        looks = self._engine.decode(features.encoded, self._points(features.frame, hints))
        (chroma,) = self._chroma([features.frame], looks)
        return chroma

    def suggest(
        self, features: Features, x: float, y: float, hints: Sequence[Hint] = ()
    ) -> list[tuple[float, float, float]]:
        """Up to eight colors (a, b, share) likely at x, y (0..1 of the photo), likeliest first.

        Raises HintsUnsupported.
        """
        self.check_takes_hints()
        logits = self._engine.logits(features.encoded, self._points(features.frame, hints))
        assert self._engine.bins is not None
        return suggestions(distribution(logits, *features.frame.at(x, y)), self._engine.bins)

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

    def _points(self, frame: Frame, hints: Sequence[Hint]) -> Array | None:
        """Hints 1,K,5 whose places are those of the frame, not of the photo."""
        if not hints:
            return None
        self.check_takes_hints()
        return np.array([[(*frame.at(h.x, h.y), *h[2:]) for h in hints]], np.float32)

    def _chroma(self, frames: Sequence[Frame], looks: Looks) -> list[Chroma]:
        maps = zip(frames, *(ab.transpose(0, 2, 3, 1) for ab in looks), strict=True)
        return [
            Chroma(*(framing.unframe(ab, frame).copy() for ab in pair)) for frame, *pair in maps
        ]


def _batch(frames: Sequence[Frame]) -> Array:
    """L N,1,H,W of frames of one shape."""
    return np.stack([frame.lightness for frame in frames])[:, None]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
