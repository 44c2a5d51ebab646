"""What the operator sets. A value that cannot be read ends the program with a sentence.

Standard library only: asked before Django exists. All methods raise SystemExit, for a setting that
is not understood is none.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from typing import TypeAlias, TypeVar

from colorweb.refusal import refusal

SECONDS = {"s": 1, "min": 60, "hour": 3600, "day": 86400}
"""The units of time that a rate may have."""
UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12} | {
    "ki": 2**10,
    "mi": 2**20,
    "gi": 2**30,
    "ti": 2**40,
}
SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]i?)?b?", re.IGNORECASE)
RATE = re.compile(rf"\d+/({'|'.join(SECONDS)})")
ON, OFF = ("1", "true", "on", "yes", "y"), ("0", "false", "off", "no", "n")
MAX_NUMBER = 100_000
"""Of hours and days; more is beyond the calendar."""
# The types, where methods have their names.
Text: TypeAlias = str
Whole: TypeAlias = int
Real: TypeAlias = float
Switch: TypeAlias = bool
Value = TypeVar("Value")


class Environment:
    """Typed settings from environment variables; one that is empty has its default."""

    def str(self, var: Text, default: Text) -> Text:
        """A text."""
        return os.environ.get(var, "").strip() or default

    def list(self, var: Text, default: Sequence[Text] = ()) -> Sequence[Text]:
        """Texts, separated by commas."""
        return [part.strip() for part in self.str(var, "").split(",") if part.strip()] or default

    def int(self, var: Text, default: Whole) -> Whole:
        """A whole number from 0."""
        return self._parsed(var, default, _whole, "a whole number")

    def float(self, var: Text, default: Real) -> Real:
        """A number from 0 to 100,000."""
        return self._parsed(var, default, _number, "a number from 0 to 100000")

    def bool(self, var: Text, default: Switch) -> Switch:
        """On or off."""
        return self._parsed(var, default, _switch, '"on" or "off"')

    def size(self, var: Text, default: Whole) -> Whole:
        """Bytes: `80MB` is 80,000,000, `80MiB` 83,886,080."""
        return self._parsed(var, default, bytes_of, "a size such as 80MB")

    def rate(self, var: Text, default: Text) -> Text:
        """So many in a time: `600/min`."""
        expected = f"a rate such as 600/min (units: {', '.join(SECONDS)})"
        return self._parsed(var, default, _rate, expected)

    def numbers(self, var: Text, default: Sequence[Whole]) -> Sequence[Whole]:
        """Whole numbers, separated by commas."""
        expected = "whole numbers, separated by commas"
        return self._parsed(var, default, _numbers, expected)

    def choice(self, var: Text, choices: Sequence[Text]) -> Text:
        """One of `choices`; the first is the default."""

        def one(text: Text) -> Text:
            if text not in choices:
                raise ValueError(text)
            return text

        return self._parsed(var, choices[0], one, " or ".join(choices))

    def _parsed(
        self, var: Text, default: Value, parse: Callable[[Text], Value], expected: Text
    ) -> Value:
        text = self.str(var, "")
        if not text:
            return default
        try:
            return parse(text)
        except ValueError as error:
            raise refusal(f"{var} must be {expected}, not {text!r}.") from error


def bytes_of(text: str) -> int:
    """The bytes that a size means: `80MB`, `1.5 GB`, `64KiB`, `1000`. Raises ValueError."""
    if not (match := SIZE.fullmatch(text)):
        raise ValueError(text)
    number, unit = match.groups()
    return round(float(number) * UNITS[(unit or "").lower()])


def _whole(text: str) -> int:
    if not re.fullmatch(r"\d{1,18}", text.strip().replace("_", "")):
        raise ValueError(text)
    return int(text)


def _number(text: str) -> float:
    number = float(text)
    if not 0 <= number <= MAX_NUMBER:  # `nan` is not
        raise ValueError(text)
    return number


def _switch(text: str) -> bool:
    if (word := text.lower()) not in (*ON, *OFF):
        raise ValueError(text)
    return word in ON


def _rate(text: str) -> str:
    if not RATE.fullmatch(text):
        raise ValueError(text)
    return text


def _numbers(text: str) -> Sequence[int]:
    return [_whole(part) for part in text.split(",")]
