"""The GPUs of this machine, asked without torch."""

import shutil
import subprocess
from typing import Any

FIELDS = ("utilization.gpu", "memory.used", "memory.total")


def count() -> int:
    """How many there are."""
    return len(use())


def use() -> list[dict[str, Any]]:
    """Of each: `busy` in percent, `used` and `total` memory in MB; empty where there is none."""
    tool = shutil.which("nvidia-smi")
    if not tool:
        return []
    query = [tool, f"--query-gpu={','.join(FIELDS)}", "--format=csv,noheader,nounits"]
    try:
        told = subprocess.run(query, capture_output=True, text=True, check=False, timeout=10)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return []
    found = []
    for line in told.stdout.splitlines():
        try:
            busy, used, total = (int(part) for part in line.split(","))
        except ValueError:  # not supported by this one
            continue
        found.append({"busy": busy, "used": used, "total": total})
    return found
