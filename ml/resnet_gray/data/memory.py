"""How much memory may be filled, and keeping what was freed.

glibc gives every large block back to the system and fetches it again, page by page. A network's
step does that hundreds of times: holding on to the memory makes training on a CPU 1.4 times as
fast (128 px, two cores), at the cost of a process that does not shrink.
"""

import ctypes
import os
import sys
from pathlib import Path

M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4  # <malloc.h>


def hold_freed_memory() -> bool:
    """Sets it in the C library; whether that knows it (glibc does)."""
    if sys.platform != "linux":
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return bool(mallopt and mallopt(M_MMAP_MAX, 0) and mallopt(M_TRIM_THRESHOLD, 2**31 - 1))


def available() -> int:
    """Bytes that this machine, or the container we run in, can still give."""
    return min(_of_machine(), _of_container())


def _of_machine() -> int:
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    # No Linux: a half of what is built in is a fair guess.
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2


def _of_container(cgroup: Path = Path("/sys/fs/cgroup")) -> int:
    """Control groups, version 2: the limit less what is used; much where there is no limit."""
    try:
        limit = int((cgroup / "memory.max").read_text())
        return max(0, limit - int((cgroup / "memory.current").read_text()))
    except (OSError, ValueError):  # "max" is no number
        return sys.maxsize
