"""The models that are here, by name. Knows cards and paths; never imports torch."""

import os
from functools import lru_cache
from pathlib import Path

from ml.resnet_gray.network.cards import Card, read_card

FOLDER = Path(__file__).parent.parent / "weights"
DEFAULT = "resnet-gray-unet"


def default() -> Path:
    """The weights that color unless somebody asks for others; `COLORWEB_MODEL` names them."""
    return _named(os.environ.get("COLORWEB_MODEL") or DEFAULT)


def find(name: str) -> Path:
    """The weights of that name; empty: the default. Raises LookupError, naming what there is."""
    if not name or name == card()["name"]:
        return default()
    if name not in {path.stem for path in _shipped()}:
        known = ", ".join(path.stem for path in _shipped()) or "none"
        raise LookupError(f"There is no model called {name!r}. Models here: {known}.")
    return FOLDER / f"{name}.safetensors"


def card(name: str = "") -> Card:
    """The model card of that name; empty: of the default. Raises LookupError."""
    path = find(name) if name else default()
    return _read(path, path.stat().st_mtime_ns)


def shipped() -> list[Card]:
    """The cards of all models in the repository, in the order of their names."""
    return [_read(path, path.stat().st_mtime_ns) for path in _shipped()]


def _named(name: str) -> Path:
    path = Path(name) if name.endswith(".safetensors") else FOLDER / f"{name}.safetensors"
    if not path.is_file():
        raise LookupError(f"There is no model at {path}.")
    return path


def _shipped() -> list[Path]:
    return sorted(FOLDER.glob("*.safetensors"))


@lru_cache(maxsize=16)
def _read(path: Path, _changed: int) -> Card:
    return read_card(path)
