"""The threads in which requests do their synchronous work, kept for later requests.

Django gives each request a new thread and another one to wait for its end: more processor time than
most answers take. A thread that is kept also keeps its connection to SQLite.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
MAX_IDLE = 16
"""Threads that are kept; requests may have more at a time."""
_idle: list[ThreadPoolExecutor] = []


class RequestThread(Executor):
    """One thread at a time for one request: taken when there is something to do, released before
    the request waits and at its end. Used in the event loop's thread alone."""

    def __init__(self) -> None:
        self._thread: ThreadPoolExecutor | None = None
        self._last: Future[object] | None = None

    @property
    def taken(self) -> bool:
        """Whether it has a thread now."""
        return self._thread is not None

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        if self._thread is None:
            self._thread = _idle.pop() if _idle else ThreadPoolExecutor(1, "request")
        future = self._thread.submit(fn, *args, **kwargs)
        self._last = future  # type: ignore[assignment]
        return future

    def release(self) -> None:
        """Let others have the thread; one that is still at work, for nobody waits for it any more,
        ends after it."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        if self._last is not None and self._last.done() and len(_idle) < MAX_IDLE:
            _idle.append(thread)
        else:
            thread.shutdown(wait=False)
