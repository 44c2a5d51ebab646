"""Where PyTorch is, which trains and measures networks, and colors on GPUs.

It is installed with the site (images, and for tests), or in an environment of its own that sees the
site's packages: `make run` colors on CPUs without it and installs it beside its work. Standard
library only; `colorweb.serve.pytorch` does the installing.
"""

from __future__ import annotations

import os
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

from colorweb import runtime
from colorweb.refusal import refusal

FOLDER = Path(sys.prefix) / "training"
MARKER = FOLDER / ".installed"
EXPIRY = 60.0  # seconds after which nobody is at it any more


def python() -> str | None:
    """The interpreter that has it; None where it is not installed."""
    if find_spec("torch"):
        return sys.executable
    return str(FOLDER / "bin" / "python") if MARKER.exists() else None


def python_or_this() -> str:
    """The interpreter that has it, else this one, which says in its words what is missing."""
    return python() or sys.executable


def problem() -> str:
    """What keeps this machine from training, as `health.texts` knows it; empty if nothing does."""
    if python():
        return ""
    try:
        is_fresh = time.time() - _state().stat().st_mtime < EXPIRY
        return _state().read_text() if is_fresh else "pytorch"
    except OSError:
        return "pytorch"


def record(problem: str) -> None:
    """How far the installation is; from time to time, or it is taken for given up."""
    part = _state().with_suffix(".part")
    part.write_text(problem)
    part.replace(_state())


def become(arguments: list[str]) -> NoReturn:
    """Replaces this process by the same command where PyTorch is. Raises SystemExit if nowhere."""
    there = python()
    if there is None:
        raise refusal(f"{arguments[1]} needs PyTorch. Install it with: make pytorch")
    os.execv(there, [there, *arguments])  # noqa: S606


def _state() -> Path:
    return runtime.var_dir() / "pytorch.state"
