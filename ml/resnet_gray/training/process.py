"""A training as a child process: it stops on a signal, and ends with its parent."""

import ctypes
import os
import signal
import sys
import threading
import time
from types import FrameType

PR_SET_PDEATHSIG = 1  # <sys/prctl.h>
POLL = 1.0  # seconds


class StopSignals:
    """Remembers that SIGTERM or SIGINT came; the second one ends the process at once."""

    def __init__(self) -> None:
        self.came: signal.Signals | None = None

    def listen(self) -> None:
        """From now on; in the main thread only, where Python takes signals."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._remember)

    def _remember(self, number: int, _: FrameType | None) -> None:
        self.came = signal.Signals(number)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)


def end_with_parent() -> None:
    """Has this process get SIGTERM when the one that started it is gone, however that ended.

    On Linux by the kernel's parent-death signal, for the thread that started us; elsewhere a thread
    polls every second.
    """
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it ended before the kernel knew
            os.kill(os.getpid(), signal.SIGTERM)
    else:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(POLL)
    os.kill(os.getpid(), signal.SIGTERM)
