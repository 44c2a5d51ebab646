"""The values of a weights file (safetensors) as numpy arrays, bfloat16 too. Never imports torch."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .cards import CardError

KINDS = {"F32": np.float32, "F16": np.float16, "I64": np.int64, "BF16": np.uint16}
"""What the values are read as; bfloat16 is the upper half of float32."""


def from_bytes(data: bytes | memoryview, kind: str) -> NDArray[Any]:
    """The values of one of ``KINDS``; those of bfloat16 come as float32."""
    values = np.frombuffer(data, KINDS[kind])
    return (values.astype(np.uint32) << 16).view(np.float32) if kind == "BF16" else values


def read(path: Path | str) -> dict[str, NDArray[Any]]:
    """All of them in single precision, by name, but for what only training needs.

    Raises CardError, or OSError where the file cannot be read.
    """
    data = memoryview(Path(path).read_bytes())
    try:
        start = 8 + int.from_bytes(data[:8], "little")
        header = json.loads(bytes(data[8:start]))
        return {
            name: _tensor(data[start:], about)
            for name, about in header.items()
            if name != "__metadata__" and not name.endswith("num_batches_tracked")
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CardError(f"{path} is not a safetensors file") from error


def _tensor(data: memoryview, about: dict[str, Any]) -> NDArray[Any]:
    begin, end = about["data_offsets"]
    values = from_bytes(data[begin:end], about["dtype"])
    return values.astype(np.float32).reshape(about["shape"])
