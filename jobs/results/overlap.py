"""Batches that overlap: while a GPU colors one, the next is claimed and read, and the files of the
one before are written. Else it would wait for both.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from django.db import connection

from jobs.results.task import Task
from jobs.results.worker import Worker

Made = TypeVar("Made")
Begun = tuple[int, list[Task]]
"""How many were claimed, and those of them that were read."""
MAX_PIXELS = 400_000_000
"""Of a batch beside which another one is read: three are in memory at a time."""


@contextmanager
def overlapping(worker: Worker) -> Iterator[Callable[[], int]]:
    """What to call for batch after batch, as `Worker.work`; at the block's end all have ended."""
    if not worker.on_gpu:
        yield worker.work
        return
    with ThreadPoolExecutor(2, "overlap") as threads:
        batches = Batches(worker, threads)
        try:
            yield batches.work
        finally:
            batches.finish()


class Batches:
    """Those of one worker: one that is read, and one whose files are written."""

    def __init__(self, worker: Worker, threads: ThreadPoolExecutor) -> None:
        self._worker, self._threads = worker, threads
        self._next: Future[Begun] | None = None
        self._saving: Future[None] | None = None

    def work(self) -> int:
        """Color a batch, with the next one begun and the one before being saved; how many."""
        return self._turn(ahead=True)

    def finish(self) -> None:
        """See what has been begun to its end."""
        try:
            while self._next:
                self._turn(ahead=False)
            self._saved()
        finally:
            self._worker.tasks = []

    def _turn(self, *, ahead: bool) -> int:
        following, self._next = self._next, None
        count, read = following.result() if following else self._worker.begin()
        if count and ahead and _pixels(read) <= MAX_PIXELS:
            self._next = self._threads.submit(_in_thread, self._worker.begin)
        colored = self._worker.color(read)
        self._saved()
        self._saving = self._threads.submit(_in_thread, lambda: self._worker.save(colored))
        return count

    def _saved(self) -> None:
        saving, self._saving = self._saving, None
        if saving:
            saving.result()


def _in_thread(step: Callable[[], Made]) -> Made:
    try:
        return step()
    finally:
        connection.close()


def _pixels(tasks: list[Task]) -> int:
    return sum(task.job.photo.width * task.job.photo.height for task in tasks)
