"""What the card of a weights file from outside may say: types and ranges, key by key."""

import json
import math
from collections.abc import Callable
from typing import Any

ARCHITECTURES = ("resnet-gray", "resnet-gray-unet")
MAX_TEXT = 5000  # letters
MAX_LINEAGE = 100


def check(card: dict[str, Any]) -> None:
    """Raises ValueError with the first thing that is wrong."""
    # What a database cannot keep: a lone surrogate, NaN, U+0000.
    if b"\\u0000" in json.dumps(card, ensure_ascii=False, allow_nan=False).encode():
        raise ValueError("its card has the character U+0000")
    if missing := [key for key in REQUIRED if key not in card]:
        raise ValueError(f"its card does not say {', '.join(missing)}")
    if card["architecture"] not in ARCHITECTURES:
        raise ValueError(f"no network is called {card['architecture']!r}")
    for key, (holds, expected) in RULES.items():
        if key in card and not holds(card[key]):
            raise ValueError(f"{key} on its card has to be {expected}")


def _number(least: float, most: float) -> Callable[[Any], bool]:
    def holds(value: Any) -> bool:
        real = isinstance(value, int | float) and not isinstance(value, bool)
        return real and math.isfinite(value) and least <= value <= most

    return holds


def _size(value: Any) -> bool:
    return type(value) is int and 32 <= value <= 1024 and value % 32 == 0


def _text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= MAX_TEXT


def _color(value: Any) -> bool:
    component = _number(-128, 128)
    return isinstance(value, list) and len(value) == 2 and all(map(component, value))


def _colors(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= 8 and all(map(_color, value))


def _lineage(value: Any) -> bool:
    fits = isinstance(value, list) and len(value) <= MAX_LINEAGE
    return fits and all(isinstance(each, dict) and all(map(_text, each.values())) for each in value)


REQUIRED = ("name", "architecture", "default_size", "temperature", "chroma", "mean_ab")
RULES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "default_size": (_size, "32 to 1024 pixels, its usual size, in steps of 32"),
    "temperature": (_number(0.01, 10), "a number from 0.01 to 10"),
    "chroma": (_number(0, 4), "a number from 0 to 4"),
    "mean_ab": (_color, "two numbers from -128 to 128"),
    "common_colors": (_colors, "at most eight pairs of numbers from -128 to 128"),
    **dict.fromkeys(
        ("name", "title", "license", "trained_on", "code_revision"),
        (_text, f"a text of at most {MAX_TEXT} letters"),
    ),
    "lineage": (_lineage, f"a list of at most {MAX_LINEAGE} objects of texts"),
    "metrics": (lambda value: isinstance(value, dict), "an object"),
}
