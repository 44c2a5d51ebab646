"""Memory that a process has freed, and the C library keeps for it."""

import ctypes
import sys


def give_back() -> None:
    """Hands it to the system, for others; what is needed again costs milliseconds."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim:  # glibc
        trim(0)
