"""What the tensors of a weights file from outside must be: those of the model of its architecture
that ships, of the same shapes, and every value a number. Never imports torch.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from ml.resnet_gray.network import tensors
from ml.versions import catalog

Header = dict[str, Any]
OPTIONAL = ("hints", "vivid")
"""Parts that a network may lack as a whole."""
BINS = ("bins", "to_bins.weight", "to_bins.bias")
"""Their first side is how many colors the network tells apart; all three have to agree."""
MAX_BINS = 1000
COUNTS = "num_batches_tracked"
MAX_READ = 1 << 22  # values


def check(path: Path, start: int, header: Header, architecture: str) -> None:
    """Raises ValueError with the first thing that is wrong; `start`: where the values begin."""
    _check_shapes(
        {name: tensor["shape"] for name, tensor in header.items() if name[0] != "_"}, architecture
    )
    with path.open("rb") as file:
        for name, tensor in header.items():
            if name[0] != "_":
                file.seek(start + tensor["data_offsets"][0])
                _check_values(file, name, tensor)


def _check_shapes(found: dict[str, list[int]], architecture: str) -> None:
    expected = dict(_shapes_of(architecture))
    for part in OPTIONAL:
        if not any(name.startswith(f"{part}.") for name in found):
            expected = {n: s for n, s in expected.items() if not n.startswith(f"{part}.")}
    if "bins" in expected and found.get("bins"):
        count = found["bins"][0]
        if not 2 <= count <= MAX_BINS:
            raise ValueError(f"it tells {count} colors apart; networks here have 2 to {MAX_BINS}")
        expected |= {name: (count, *expected[name][1:]) for name in BINS}
    found = {name: shape for name, shape in found.items() if not name.endswith(COUNTS)}
    if strange := sorted(found.keys() - expected.keys()):
        raise ValueError(f"{strange[0]} does not belong to {architecture}")
    if missing := sorted(expected.keys() - found.keys()):
        raise ValueError(f"{missing[0]} is missing")
    for name, shape in found.items():
        if tuple(shape) != expected[name]:
            raise ValueError(f"{name} is {tuple(shape)}, not {expected[name]}")


@cache
def _shapes_of(architecture: str) -> dict[str, tuple[int, ...]]:
    """The tensors of the model that ships."""
    with (catalog.FOLDER / f"{architecture}.safetensors").open("rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    return {name: tuple(tensor["shape"]) for name, tensor in header.items() if name[0] != "_"}


def _check_values(file: Any, name: str, tensor: Header) -> None:
    kind = tensor["dtype"]
    left = int(np.prod(tensor["shape"], dtype=np.int64))
    least = 0.0 if name.endswith("running_var") else -np.inf
    while left:
        size = np.dtype(tensors.KINDS[kind]).itemsize
        values = tensors.from_bytes(file.read(size * min(left, MAX_READ)), kind)
        left -= len(values)
        if not np.isfinite(values).all():
            raise ValueError(f"{name} has values that are not numbers")
        if values.min() < least:
            raise ValueError(f"{name} has negative values")
