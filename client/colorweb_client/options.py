"""What one can ask of a server, with its types."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Literal, TypedDict

Format = Literal["jpeg", "png", "webp", "tiff", "avif"]
Depth = Literal[8, 16]
SUFFIXES: dict[str, str] = {
    "jpeg": ".jpg",
    "png": ".png",
    "webp": ".webp",
    "tiff": ".tif",
    "avif": ".avif",
}
"""Format of a result -> the suffix of its file."""


class Hint(TypedDict, total=False):
    """A place whose color is known: `a` and `b` in Lab, or `color` as #rrggbb."""

    x: float
    y: float
    a: float
    b: float
    color: str
    radius: float


class PhotoOptions(TypedDict, total=False):
    """How a photo is to be colored; what is left out or None is the server's choice."""

    vividness: float | None
    network_size: int | None
    model: str | None
    format: Format | None
    depth: Depth | None
    page: int | None
    hints: list[Hint] | None
    visibility: Literal["private", "unlisted", "public"] | None
    webhook_url: str | None
    reference: str | None
    metadata: dict[str, str | float | bool | None] | None


class FileOptions(TypedDict, total=False):
    """Another file of the same colors."""

    format: Format | None
    depth: Depth | None
    long_side: int | None
    vividness: float | None
    tones: float | None
    keep_metadata: bool | None


class Filter(TypedDict, total=False):
    """Which of one's jobs."""

    status: Literal["queued", "running", "succeeded", "failed", "canceled"] | None
    reference: str | None
    created_after: str | None
    created_before: str | None


def as_fields(options: PhotoOptions | FileOptions | Filter) -> dict[str, str]:
    """The options that are there, as forms and queries write them."""
    return {name: _written(value) for name, value in options.items() if value is not None}


def _written(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool | list | dict) else str(value)


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def key_of(path: Path, fields: dict[str, str]) -> str:
    """The idempotency key of a photo: its content and the options, so that a copy is the same."""
    text = digest_of(path) + json.dumps(fields, sort_keys=True)
    return f"client-{hashlib.sha256(text.encode()).hexdigest()}"
