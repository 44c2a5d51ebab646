"""Processes that decode (`child`), kept warm, and killed when they take too long.

They are started when they are needed. One stays, so that a photo after a quiet hour need not wait
for a start; the others end when they are idle, and all when this process does. Any thread may ask;
no process serves two at a time.
"""

import contextlib
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from .exchange import MAX_ARRAYS, MAX_MESSAGE, READY, SECONDS, SECONDS_A_MEGAPIXEL
from .photo_errors import PhotoError
from .priority import let_others_first
from .slots import LIGHT

log = logging.getLogger(__name__)

REPOSITORY = Path(__file__).parents[2]
START_SECONDS = 120
IDLE_SECONDS = 300
"""A process that had nothing to do for so long ends, and its memory is free; one stays."""
DEADLINE_FACTOR = 6
"""Times of its processor time that a file may take by the clock: the machine has other work."""
ENVIRONMENT = {"PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONPATH", "VIRTUAL_ENV"}
"""What a process that reads strangers' files gets of our environment: no secrets."""
THREADS = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}


class _Ended(Exception):
    """The process had ended by itself before it was asked."""


class Child:
    """One process; its first answer is waited for until it has started.

    It ends after `idle_seconds` without a request; with None it stays.
    """

    def __init__(self, idle_seconds: float | None = None) -> None:
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        lifeline, self._lifeline = os.pipe()
        self._started = False
        descriptors = (theirs.fileno(), lifeline)
        until = [] if idle_seconds is None else [idle_seconds]
        self.process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "ml.imaging.child", *map(str, [*descriptors, *until])],
            cwd=REPOSITORY,
            env={key: os.environ[key] for key in ENVIRONMENT & os.environ.keys()} | THREADS,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=descriptors,
        )
        let_others_first(self.process.pid)
        theirs.close()
        os.close(lifeline)

    def ask(self, request: dict[str, Any], file: int, seconds: float) -> tuple[Any, list[int]]:
        """The answer as JSON, and descriptors of memory. Raises PhotoError, _Ended.

        The process is of no more use after any exception.
        """
        self._wait_for_start()
        self._channel.settimeout(seconds)
        try:
            socket.send_fds(self._channel, [json.dumps(request).encode()], [file])
        except BrokenPipeError as error:
            raise _Ended from error
        try:
            message, memory, _, _ = socket.recv_fds(self._channel, MAX_MESSAGE, MAX_ARRAYS)
        except TimeoutError as error:
            raise PhotoError("too_complex") from error
        except ConnectionResetError:
            message = b""
        if not message:
            raise self._death()
        return json.loads(message), memory

    def _wait_for_start(self) -> None:
        if self._started:
            return
        self._channel.settimeout(START_SECONDS)
        if self._channel.recv(len(READY)) != READY:
            raise RuntimeError("The process that decodes photos did not start; its log says why.")
        self._started = True

    def _death(self) -> Exception:
        """Why there is no answer."""
        status = self.process.wait(START_SECONDS)
        if status == 0:
            return _Ended()
        log.warning("A photo ended the process that decoded it (status %s).", status)
        by_limit = -status in (signal.SIGXCPU, signal.SIGKILL)  # ours, or the system's for memory
        return PhotoError("too_complex" if by_limit else "damaged")

    def kill(self) -> None:
        """End the process, whatever it does."""
        self.process.kill()
        self.process.wait()
        self._channel.close()
        os.close(self._lifeline)


_idle: list[Child] = []
_staying: list[Child] = []
_lock = threading.Lock()


def _forget() -> None:
    """A copy of this process must not talk to its children."""
    _idle.clear()
    _staying.clear()


os.register_at_fork(after_in_child=_forget)


def ask(request: dict[str, Any], file: int) -> tuple[Any, list[int]]:
    """Have a warm process answer a request about a file. Raises PhotoError.

    `file` is a descriptor of a file on disk or in memory. `request["work"]` is the most work that
    may be done for it (`opening.Opened.work`), in pixels.
    """
    seconds = DEADLINE_FACTOR * (SECONDS + SECONDS_A_MEGAPIXEL * request["work"] / 1e6)
    is_upload = request["operation"] == "inspect"
    is_heavy = is_upload and request["work"] > LIGHT
    while True:
        with contextlib.suppress(_Ended), _taken(is_heavy) as child:
            if is_heavy:
                _keep_idle(1)
            answer = child.ask(request, file, seconds)
            if is_upload:
                _keep_idle(1)  # others upload beside; this one is idle in a moment
            return answer


def idle() -> list[int]:
    """The numbers of the processes that wait for a file; what decodes in one thread is there."""
    return [child.process.pid for child in _idle if child.process.poll() is None]


@contextlib.contextmanager
def _taken(is_heavy: bool = False) -> Any:
    child = _idle_one(is_heavy) or _new()
    try:
        yield child
    except _Ended:
        child.kill()
        raise
    except BaseException:
        child.kill()
        _keep_idle(2)  # whoever sent what killed it sends more, and others need one that is warm
        raise
    with _lock:
        _idle.append(child)


def _idle_one(is_heavy: bool = False) -> Child | None:
    """For a large file the last, which may be just starting; for a small one that longest there."""
    with _lock:
        while _idle:
            child = _idle.pop(-1 if is_heavy else 0)
            if child.process.poll() is None:
                return child
            child.kill()  # it is gone: what is ours of it
    return None


def _keep_idle(count: int) -> None:
    """Whoever sends a small file while a large one is decoded need not wait for a start."""
    with _lock:
        while len(_idle) < count:
            _idle.append(Child(IDLE_SECONDS))


def _new() -> Child:
    with _lock:
        if _staying and _staying[0].process.poll() is None:
            return Child(IDLE_SECONDS)
        _staying[:] = [Child()]
        return _staying[0]
