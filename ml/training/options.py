"""What can be chosen about a run: presets, sane defaults, and the bounds of each figure."""

from dataclasses import asdict, dataclass, fields
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ml.resnet_gray.training.recipes import PRESETS as RECIPES

PRECISIONS = ("auto", "bfloat16", "float32")


@dataclass(frozen=True)
class Options:
    """How to train; None leaves a figure to the recipe."""

    epochs: int | None = None
    batch: int | None = None
    rate: float | None = None
    size: int | None = None  # pixels of the crops, throughout; the recipe's may grow
    seed: int = 0
    patience: int | None = None  # checks without a better one, after which it ends
    precision: str = "auto"
    devices: int = 0  # GPUs; 0: all there are, or the CPU
    limit: int | None = None  # photos

    def kept(self) -> dict[str, Any]:
        """The options as a row keeps them."""
        return asdict(self)

    @classmethod
    def of(cls, kept: dict[str, Any]) -> "Options":
        """The options of a row, whatever an older release left in it."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in kept.items() if name in known})


BOUNDS: dict[str, tuple[float, float]] = {
    "epochs": (1, 1000),
    "batch": (1, 1024),
    "rate": (1e-6, 1.0),
    "size": (32, 512),
    "seed": (0, 2**31 - 1),
    "patience": (1, 1000),
    "devices": (0, 64),
    "limit": (2, 10_000_000),
}
"""Least and largest value of each figure."""


@dataclass(frozen=True)
class Preset:
    """A way to train that is worth a name."""

    title: Promise | str
    about: Promise | str
    recipe: str  # of the engine
    from_served: bool  # goes on from the model in service
    options: Options

    def effective(self, chosen: Options) -> Options:
        """What is used in the end: what was chosen, else the preset's, else the recipe's."""
        recipe = RECIPES[self.recipe]
        ours: dict[str, Any] = {"epochs": recipe.epochs, "batch": recipe.batch, "rate": recipe.rate}
        for kept in (self.options.kept(), chosen.kept()):
            ours |= {name: value for name, value in kept.items() if value is not None}
        return Options(**ours)


PRESETS: dict[str, Preset] = {
    "quick": Preset(
        _("Quick fine-tune"),
        _("A few gentle epochs from the model in service: to teach it photos of another kind."),
        recipe="best",
        from_served=True,
        options=Options(epochs=3, rate=1e-4, size=128, patience=2),
    ),
    "best": Preset(
        _("Best"),
        _("On from the model in service, as the last training of the one that ships: hours."),
        recipe="best",
        from_served=True,
        options=Options(epochs=7, rate=5e-4, size=192),
    ),
    "paper": Preset(
        _("As in the paper"),
        _("The paper's network and its settings, to compare with."),
        recipe="paper",
        from_served=False,
        options=Options(),
    ),
}
SERVED = "served"  # as a base: whatever model is in service when the run begins
