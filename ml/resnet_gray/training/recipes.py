"""How to train: everything that decides the outcome, besides the photos."""

from dataclasses import asdict, dataclass, replace
from typing import Any, Self


@dataclass(frozen=True)
class Recipe:
    """One way to train. ``PRESETS`` holds those that are worth a name."""

    architecture: str
    epochs: int
    batch: int
    sizes: tuple[tuple[float, int], ...]  # from this part of the run on, crops of so many pixels
    minutes: float | None = None  # on the clock, instead of so many epochs
    rate: float = 1e-3  # of Adam, at its highest
    encoder_rate: float = 1.0  # times ``rate``, for the pre-trained part
    schedule: str = "constant"  # or "cosine", with a warm-up
    warmup: float = 0.04  # part of the run
    decay: float = 0.0  # decoupled weight decay, on kernels
    average: float = 0.0  # decay of the averaged weights (EMA); 0: the last weights count
    clip: float = 0.0  # largest gradient norm; 0: any
    parts: int = 1  # a step's photos go through the network in so many parts, to save memory
    aged: float = 0.0  # share of photos that are made to look like old scans
    hints: float = 0.0  # share of photos with simulated hints, for a network with hint layers
    frozen_base: bool = False  # only hint layers learn, new ones if there are none
    paper_init: bool = False  # kernels uniform in [-0.5, 0.5], where nothing pre-trained is given
    seed: int = 0

    def size_at(self, progress: float) -> int:
        """Crop size in pixels at a part 0..1 of the run."""
        return [size for start, size in self.sizes if start <= progress][-1]

    def as_dict(self) -> dict[str, Any]:
        """For checkpoints and journals."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """The recipe of what ``as_dict`` gave."""
        return cls(**{**values, "sizes": tuple(map(tuple, values["sizes"]))})

    def with_(self, **changes: object) -> "Recipe":
        """The same with some things changed; None leaves a thing as it is."""
        return replace(self, **{k: v for k, v in changes.items() if v is not None})  # type: ignore[arg-type]


PRESETS = {
    # Adam, 0.001, squared error, a fixed size: all that the paper says about its training.
    "paper": Recipe("resnet-gray", epochs=40, batch=16, sizes=((0, 224),)),
    "best": Recipe(
        "resnet-gray-unet",
        epochs=28,
        batch=64,
        sizes=((0, 128), (0.6, 160), (0.85, 192)),
        encoder_rate=0.3,
        schedule="cosine",
        decay=0.1,
        average=0.998,
        clip=1.0,
        aged=0.4,
        hints=0.5,
    ),
    # Teaches a trained network to listen; what it knows stays as it is.
    "hints": Recipe(
        "resnet-gray-unet",
        epochs=3,
        batch=32,
        sizes=((0, 160),),
        schedule="cosine",
        decay=0.05,
        average=0.995,
        clip=1.0,
        aged=0.3,
        hints=0.5,
        frozen_base=True,
    ),
}
