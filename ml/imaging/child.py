"""The process that decodes: one file after another, each within limits, until its parent ends.

`python -m ml.imaging.child CHANNEL LIFELINE [SECONDS]`, two descriptors and how long it may be
idle. A request is one JSON message with the file's descriptor; `children` sends it and says what
the answers are. The process knows no settings and no secrets, and holds nothing of one photo when
it takes the next.
"""

import fcntl
import json
import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2

from . import opening, reading
from .exchange import MAX_MESSAGE, READY, SECONDS, SECONDS_A_MEGAPIXEL, Limits, pack
from .opening import Opened
from .photo_errors import PhotoError

OPERATIONS: dict[str, Callable[..., Any]] = {
    "inspect": reading.inspect,
    "read": reading.read,
    "reduce": reading.reduce,
    "size": reading.size,
}

HEADER_SECONDS = 3
"""Processor time for what comes before decoding."""
HEADER_MEMORY, BYTES_A_PIXEL = 400_000_000, 8
"""Memory above that of an idle process, and what we take beside `Picture.bytes_a_pixel`."""
PAGE = resource.getpagesize()
COUNTED_TIME = ~0 << 3
"""The clock by which Linux ends a process (CPUCLOCK_PROF): whole ticks, each for who runs at its
end. `time.process_time` counts what was used, and seconds may lie between the two."""


def main() -> None:
    """Answer requests until nobody asks any more."""
    channel = socket.socket(fileno=int(sys.argv[1]))
    _end_with_parent(int(sys.argv[2]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends us
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    cv2.setNumThreads(1)  # photos are decoded side by side
    channel.send(READY)
    with Path(os.devnull).open("w") as nowhere:  # decoders write what they like about bad files
        os.dup2(nowhere.fileno(), sys.stderr.fileno())
    channel.settimeout(float(sys.argv[3]) if sys.argv[3:] else None)
    while True:
        try:
            message, descriptors, _, _ = socket.recv_fds(channel, MAX_MESSAGE, 1)
        except TimeoutError:
            return
        if not message:
            return
        answer, memory = _answer(json.loads(message), *descriptors)
        socket.send_fds(channel, [json.dumps(answer).encode()], memory)
        for descriptor in memory:
            os.close(descriptor)


def _answer(request: dict[str, Any], descriptor: int) -> tuple[dict[str, Any], list[int]]:
    try:
        # The descriptor shares its position with the sender; another one for the file does not.
        with Path(f"/proc/self/fd/{descriptor}").open("rb") as file:
            _limit(HEADER_SECONDS, HEADER_MEMORY)
            with opening.opened(file, Limits(**request["limits"]), request["page"]) as opened:
                if opened.work > request["work"]:
                    return {"work": opened.work}, []
                values, memory = pack(_decode(opened, request))
                return {"found": values}, memory
    except PhotoError as error:
        return {"error": error.code, "params": error.params}, []
    except MemoryError:
        return {"error": "too_complex", "params": {}}, []
    except Exception as error:  # noqa: BLE001 (decoders raise what they like on broken files)
        reason = f"{type(error).__name__}: {error}"[:500]
        return {"error": "damaged", "params": {}, "reason": reason}, []
    finally:
        os.close(descriptor)
        _limit(None, None)


def _decode(opened: Opened, request: dict[str, Any]) -> Any:
    megapixels = opened.work / 1e6
    size = os.fstat(opened.file.fileno()).st_size
    _limit(
        SECONDS + SECONDS_A_MEGAPIXEL * megapixels,
        HEADER_MEMORY + 2 * size + (opened.picture.bytes_a_pixel + BYTES_A_PIXEL) * opened.pixels,
    )
    return OPERATIONS[request["operation"]](opened, **request["options"])


def _limit(seconds: float | None, memory: int | None) -> None:
    """Bound what this process may use from now on; None lifts the bound.

    Too much memory is a MemoryError. Too much time ends the process, whatever it is in.
    """
    used = time.clock_gettime(COUNTED_TIME)
    now = int(Path("/proc/self/statm").read_text().split()[0]) * PAGE
    for kind, bound in (
        (resource.RLIMIT_CPU, None if seconds is None else int(used + seconds) + 1),
        (resource.RLIMIT_AS, None if memory is None else now + memory),
    ):
        most = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (most if bound is None else bound, most))


def _end_with_parent(lifeline: int) -> None:
    """Have the kernel end this process when the last holder of the pipe's other end is gone.

    Unlike the parent-death signal it does not count threads, and unlike a thread of ours it needs
    no turn while a decoder works.
    """
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)


if __name__ == "__main__":
    main()
