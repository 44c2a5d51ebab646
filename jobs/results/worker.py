"""One process that colors: it holds a network, takes claims, and gives results back.

Only here does the site meet torch. Every write names the attempt of its claim; a worker that
was away too long finds itself refused and throws its work away.
"""

import contextlib
import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any, BinaryIO, cast

import cv2
import numpy as np
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import close_old_connections, connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_noop

from colorweb.health import workers
from colorweb.http.storage_unavailable import StorageUnavailable, is_unavailable, probe
from jobs.events.progress import Progress, keep_progress
from jobs.models import Job, Rendition, Stage, State
from jobs.photos import visibility
from jobs.photos.intake import LIMITS
from jobs.queue import claims, states
from jobs.results import renditions
from jobs.results.rendering import make
from jobs.storage import files
from ml.imaging import metadata, photos
from ml.imaging.chroma import Chroma
from ml.imaging.pixels import on_white
from ml.versions.serving import MODEL_UNAVAILABLE, Network, Networks, Unavailable

log = logging.getLogger(__name__)

CPU_BATCH, GPU_BATCH = 1, 16
"""Photos a claim: batches fill a GPU; a CPU gains little and would keep photos from idle cores."""

TOOK_TOO_LONG = gettext_noop("Coloring took too long. Try a smaller copy of the photo.")
OUT_OF_MEMORY = gettext_noop("The photo needs more memory than there is. Try a smaller copy.")
STORAGE_UNAVAILABLE = gettext_noop(
    "The photo could be neither read nor kept just then. Please try again."
)
INTERNAL_ERROR = gettext_noop("Something broke on our side while coloring. Please try again.")


class TookTooLong(Exception):
    """The photo's time is over."""


@dataclass
class Task:
    """One claimed job on its way through the stages, with the network that colors it."""

    job: Job
    tell: Progress
    network: Network = field(init=False)
    began: float = field(default_factory=time.monotonic)
    timings: dict[str, int] = field(default_factory=dict)
    photo: photos.Photo = field(init=False)
    chroma: Chroma = field(init=False)

    def advance(self, stage: str) -> None:
        """Enter a stage. Raises Refused if the job is not ours any more, or was canceled."""
        if time.monotonic() - self.began > settings.JOB_TIME_LIMIT.total_seconds():
            raise TookTooLong
        states.advance(self.job.pk, stage, fence=self.job.attempt)

    def timed(self, name: str, do: Callable[[], Any]) -> Any:
        """Call `do`, noting its milliseconds under `name`."""
        start = time.perf_counter()
        result = do()
        self.timings[name] = round((time.perf_counter() - start) * 1000)
        return result


class Worker:
    """The networks of this process, its heartbeat, and the leases it holds."""

    def __init__(self) -> None:
        self.name = f"{socket.gethostname()}-{os.getpid()}"
        self.tasks: dict[Any, Task] = {}
        self.rendition: tuple[Rendition, float] | None = None  # and when it began
        self.storage_unavailable = False  # as the last photo found
        self.networks = Networks()
        self.following: threading.Thread | None = None
        self.on_gpu = self.networks.in_service.colorizer.device != "cpu"
        if not self.on_gpu:
            cv2.setNumThreads(1)  # a process a core: photos run beside each other instead
        self.batch = settings.BATCH_SIZE or (GPU_BATCH if self.on_gpu else CPU_BATCH)
        self.threads = ThreadPoolExecutor(min(self.batch, os.cpu_count() or 1))
        threading.Thread(target=self._keep_alive, name="lease", daemon=True).start()

    @staticmethod
    @cache
    def here() -> "Worker":
        """This process's worker, made on first use."""
        return Worker()

    def work(self) -> int:
        """Claim a batch and see each of its jobs to an end; how many there were.

        While the storage is unavailable none is claimed: photos wait for it instead of failing.
        """
        if self.storage_unavailable and not self._storage_is_back():
            return 0
        tasks = [
            Task(job, Progress(job.pk, job.photo.visitor_key))
            for job in claims.claim(self.name, self.batch)
        ]
        self.tasks = {task.job.pk: task for task in tasks}
        try:
            self._each(self._save, self._color(self._each(self._read, self._equip(tasks))))
        finally:
            self.tasks = {}
        return len(tasks)

    def render(self) -> bool:
        """Claim one rendition and see it to its end; whether there was one."""
        rendition = renditions.claim()
        if rendition is None:
            return False
        self.rendition = rendition, time.monotonic()
        try:
            size = make(rendition, lambda share: keep_progress(rendition.pk, share))
            renditions.finish(rendition, size)
        except photos.PhotoError as error:
            renditions.fail(rendition, error.code, error.message)
        except MemoryError:
            renditions.fail(rendition, "out_of_memory", OUT_OF_MEMORY)
        except Exception as error:
            log.exception("Rendition %s failed.", rendition.pk)
            unavailable = (StorageUnavailable.default_code, STORAGE_UNAVAILABLE)
            internal = ("internal_error", INTERNAL_ERROR)
            renditions.fail(rendition, *(unavailable if is_unavailable(error) else internal))
        finally:
            self.rendition = None
        return True

    def _equip(self, tasks: list[Task]) -> list[Task]:
        """Give a batch, which wishes for one model, one version of it until it is done."""
        if not tasks:
            return []
        try:
            network = self.networks.get(tasks[0].job.model)
        except Unavailable:
            for task in tasks:
                _fail(task, "model_unavailable", MODEL_UNAVAILABLE)
            return []
        for task in tasks:
            task.network = network
        return tasks

    def _each(self, step: Callable[[Task], None], tasks: list[Task]) -> list[Task]:
        """Do a step for every task, side by side; what fails ends that task alone."""
        if len(tasks) == 1:
            alive = [self._guarded(step, tasks[0])]
        else:
            alive = list(self.threads.map(lambda task: self._in_thread(step, task), tasks))
        return [task for task, ok in zip(tasks, alive, strict=True) if ok]

    def _in_thread(self, step: Callable[[Task], None], task: Task) -> bool:
        try:
            return self._guarded(step, task)
        finally:
            connection.close()

    def _guarded(self, step: Callable[[Task], None], task: Task) -> bool:
        """Run one step; whatever goes wrong becomes this job's end. True if it may go on."""
        try:
            step(task)
        except states.Refused:
            _give_up(task)
        except photos.PhotoError as error:
            _fail(task, error.code, error.message)
        except TookTooLong:
            _fail(task, "took_too_long", TOOK_TOO_LONG)
        except MemoryError:
            _fail(task, "out_of_memory", OUT_OF_MEMORY)
        except Exception as error:
            if is_unavailable(error):
                log.warning("The storage is unavailable: photos wait. %s", error)
                self.storage_unavailable = True
                _hand_back(task)
            else:
                log.exception("Job %s failed.", task.job.pk)
                _fail(task, "internal_error", INTERNAL_ERROR)
        else:
            return True
        return False

    def _storage_is_back(self) -> bool:
        try:
            probe()
        except Exception as error:
            if not is_unavailable(error):
                raise
        else:
            self.storage_unavailable = False
        return not self.storage_unavailable

    def _read(self, task: Task) -> None:
        task.advance(Stage.READING)

        def read() -> photos.Photo:
            with default_storage.open(task.job.photo.source) as file:
                return photos.read(cast("BinaryIO", file), LIMITS)

        task.photo = task.timed("reading_ms", read)

    def _color(self, tasks: list[Task]) -> list[Task]:
        """One forward pass for all of them; if it fails for a batch, each is tried alone."""
        entered = [
            task for task in tasks if self._guarded(lambda t: t.advance(Stage.COLORIZING), task)
        ]
        if not entered:
            return []
        try:
            self._predict(entered)
        except Exception:
            if len(entered) > 1:
                log.warning("A batch failed; its photos are tried one by one.", exc_info=True)
            return [task for task in entered if self._guarded(lambda t: self._predict([t]), task)]
        return entered

    def _predict(self, tasks: list[Task]) -> None:
        colorizer = tasks[0].network.colorizer
        start = time.perf_counter()
        frames = [colorizer.frame(task.photo.rgb, task.job.size) for task in tasks]
        for task, chroma in zip(tasks, colorizer.predict(frames), strict=True):
            task.chroma = chroma
            task.timings["colorizing_ms"] = round((time.perf_counter() - start) * 1000)

    def _save(self, task: Task) -> None:
        job, photo, chroma = task.job, task.photo, task.chroma
        colorizer = task.network.colorizer
        start = time.perf_counter()
        with files.new_file(job.file("colors")) as file:
            file.write(chroma.to_png())
        gray = photos.gray(photo.rgb)
        with files.new_file(job.file("gray")) as file:
            photos.write(file, gray, format="jpeg")
        del gray
        rendered = colorizer.render(
            photo.rgb,
            chroma,
            vividness=job.vividness,
            progress=lambda fraction: task.tell(0.3 + 0.5 * fraction),
        )
        task.timings["colorizing_ms"] += round((time.perf_counter() - start) * 1000)
        task.advance(Stage.SAVING)
        xmp = metadata.made_by(task.network.name, task.network.version)
        task.timed("saving_ms", lambda: self._write(job, rendered, photo.alpha, xmp))
        stored = files.weigh(job.file(kind) for kind in files.OF_RESULT)
        with transaction.atomic():
            states.change(
                job.pk,
                State.SUCCEEDED,
                fence=job.attempt,
                result=job.file("result"),
                timings=task.timings,
                model_name=task.network.name,
                model_version=task.network.version,
            )
            files.count(job.photo_id, stored)
        visibility.keep_promise(job)

    @staticmethod
    def _write(job: Job, rgb: np.ndarray, alpha: np.ndarray | None, xmp: bytes) -> None:
        with files.new_file(job.file("result")) as file:
            photos.write(file, rgb, alpha=alpha, format=job.format, xmp=xmp)
        picture = photos.preview(rgb, files.PREVIEW_SIDE)
        if alpha is not None:
            picture = on_white(picture, photos.preview(alpha, files.PREVIEW_SIDE))
        for kind, side in (("preview", files.PREVIEW_SIDE), ("card", files.CARD_SIDE)):
            picture = photos.preview(picture, side)
            with files.new_file(job.file(kind)) as file:
                photos.write(file, picture, format="jpeg", quality=88, xmp=xmp)

    def _keep_alive(self) -> None:
        """Every few seconds: renew the leases of photos within their time, show a heartbeat."""
        limit = (settings.JOB_TIME_LIMIT + timedelta(seconds=30)).total_seconds()
        while True:
            try:
                now = time.monotonic()
                tasks = list(self.tasks.values())
                claims.renew([(t.job.pk, t.job.attempt) for t in tasks if now - t.began < limit])
                if (held := self.rendition) and now - held[1] < limit:
                    renditions.renew(held[0])
                workers.beat(self.name, {**self.networks.about(), "jobs": len(tasks)})
                if workers.expected() not in ("", self.networks.in_service.version):
                    self._follow()
            except Exception:
                log.warning("A lease renewal or heartbeat failed; next try soon.", exc_info=True)
            finally:
                close_old_connections()
            time.sleep(settings.JOB_LEASE_RENEWAL.total_seconds())

    def _follow(self) -> None:
        """Load the version in service beside the work, so that no photo has to wait for it."""
        if self.following and self.following.is_alive():
            return

        def load() -> None:
            try:
                self.networks.get("")
            finally:
                connection.close()

        self.following = threading.Thread(target=load, name="follow", daemon=True)
        self.following.start()


def _fail(task: Task, code: str, message: str) -> None:
    """End a job with a reason a person understands; what it had written goes."""
    with contextlib.suppress(states.Refused):
        states.change(
            task.job.pk,
            State.FAILED,
            fence=task.job.attempt,
            error_code=code,
            error_message=message,
            timings=task.timings,
        )
    files.delete_attempt(task.job)


def _hand_back(task: Task) -> None:
    """Let a job wait for the storage, unless it has been tried often enough."""
    if task.job.attempt >= settings.JOB_MAX_ATTEMPTS:
        _fail(task, StorageUnavailable.default_code, STORAGE_UNAVAILABLE)
        return
    with contextlib.suppress(states.Refused):
        claims.hand_back(task.job)
    files.delete_attempt(task.job)


def _give_up(task: Task) -> None:
    """Stop a job that was canceled, or that somebody else has by now."""
    try:
        states.change(
            task.job.pk, State.CANCELED, fence=task.job.attempt, where=Q(cancel_requested=True)
        )
    except states.Refused:
        log.info("Job %s moved on without attempt %s.", task.job.pk, task.job.attempt)
    files.delete_attempt(task.job)
