"""Model cards: what a weights file records about itself, readable without torch.

A card is a JSON object in the safetensors header (https://github.com/huggingface/safetensors):
``name, architecture, title, license, trained_on, default_size, temperature, chroma, mean_ab,
metrics``. ``default_size`` is the short side the network works at, in pixels; ``temperature`` is
that of vividness 1; ``chroma`` scales the colors of a network that has no distribution to
sharpen; ``mean_ab`` is the mean color of the training photos, ``common_colors`` up to
eight that are common in them. ``code_revision`` names the code
that trained it, on cards that know it. ``lineage`` lists the models that it goes on from, the
oldest first, each with its ``name``, ``version``, ``trained_on`` and ``license``.
"""

import json
from pathlib import Path
from typing import Any

from ml.resnet_gray.old_names import renamed

Card = dict[str, Any]

ADDED = ("hints.spread.scene.weight", "hints.spread.more_scales")
"""Values that files of before December 2026 lack: what they are before training stands for them."""

MAX_HEADER = 100_000_000  # the format's own limit, in bytes


class CardError(ValueError):
    """The file is not a model of ours; the message says why."""


class HintsUnsupported(ValueError):
    """The network does not take hints."""


def takes_hints(card: Card) -> bool:
    """Whether colors can be asked for at points of a photo, trained for it or not."""
    return card["architecture"] == "resnet-gray-unet"


def lineage(card: Card, version: str) -> list[dict[str, str]]:
    """What a model that goes on from this one records: what this one did, and this one itself."""
    own = {name: str(card.get(name) or "") for name in ("name", "trained_on", "license")}
    return [*(card.get("lineage") or []), {"version": version, **own}]


def to_metadata(card: Card) -> dict[str, str]:
    """The card as safetensors metadata, which holds nothing but text."""
    return {"format": "pt", "card": json.dumps(card, sort_keys=True)}


def read_card(path: Path | str) -> Card:
    """The card of a weights file. Raises CardError, or OSError where the file cannot be read."""
    with Path(path).open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        if size > MAX_HEADER:
            raise CardError(f"{path} is not a safetensors file")
        try:
            return renamed(json.loads(json.loads(file.read(size))["__metadata__"]["card"]))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise CardError(f"{path} is not a model of this project: no model card") from error
