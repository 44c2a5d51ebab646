"""Which code this is, for the card of what it trains."""

import os
import subprocess
from functools import lru_cache
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
DESCRIBE = ("git", "--no-optional-locks", "describe", "--always", "--dirty", "--abbrev=40")


@lru_cache(maxsize=1)
def of_code() -> str:
    """The commit of the checkout, `-dirty` where files differ from it; in an image, what its
    build was given (COLORWEB_REVISION); empty if unknown. Asked once: a process runs the
    code it began with.
    """
    if (REPOSITORY / ".git").exists() and (found := _of_checkout()):
        return found
    return os.environ.get("COLORWEB_REVISION", "")


def _of_checkout() -> str:
    try:
        described = subprocess.run(  # noqa: S603
            [*DESCRIBE, "--exclude=*"],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return described.stdout.strip()
