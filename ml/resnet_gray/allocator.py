"""Keeps memory that was freed, for the next step asks for the same again.

glibc gives every large block back to the system and fetches it anew, page by page. A network's
step does that hundreds of times: holding on to the memory makes training on a CPU 1.4 times as
fast (128 px, two cores), at the cost of a process that does not shrink.
"""

import ctypes
import sys

M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4  # <malloc.h>


def hold_freed_memory() -> bool:
    """Tells the C library; answers whether it understood (glibc does)."""
    if sys.platform != "linux":
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return bool(mallopt and mallopt(M_MMAP_MAX, 0) and mallopt(M_TRIM_THRESHOLD, 2**31 - 1))
