"""Bars for people who wait, on stderr; nothing where tqdm is not installed."""

import sys
from collections.abc import Iterable
from typing import Any, Self

try:
    from tqdm import tqdm
except ImportError:
    tqdm = None


class _Silent:
    """Takes a bar's calls and shows nothing."""

    def __init__(self, items: Iterable | None = None) -> None:
        self.items = items or ()

    def __iter__(self) -> Any:
        return iter(self.items)

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


def bar(items: Iterable | None = None, **options: Any) -> Any:
    """A tqdm bar, which shows itself only on a terminal."""
    if tqdm is None:
        return _Silent(items)
    return tqdm(items, dynamic_ncols=True, leave=False, disable=None, **options)


def report(line: str) -> None:
    """A line for people, above any bar."""
    if tqdm is None:
        sys.stderr.write(line + "\n")
    else:
        tqdm.write(line, file=sys.stderr)
