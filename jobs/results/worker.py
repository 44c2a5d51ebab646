"""One process that colors: it holds networks, claims jobs and renditions, and renews its leases.

Only here does the site meet a network, and torch where there is a GPU.
"""

import logging
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import cache

import cv2
from django.conf import settings
from django.db import close_old_connections, connection

from colorweb import database, leases, logs
from colorweb.errors import DomainError
from colorweb.health import fitness, workers
from jobs.events.progress import Progress, keep_progress
from jobs.models import Rendition, Stage
from jobs.queue import claims
from jobs.results import canary, renditions
from jobs.results.mending import Mending
from jobs.results.metrics import RENDITION_SECONDS
from jobs.results.rendering import complete
from jobs.results.task import Task
from ml.imaging import memory
from ml.versions.serving import Networks

log = logging.getLogger(__name__)

UNFIT_WAIT = 10.0  # seconds; less than the supervisor gives a worker to stop
UNFIT_POLL = 1.0
GRACE = timedelta(seconds=30)
"""After a photo's time, for the stage it is in to end by itself."""
CPU_BATCH, GPU_BATCH = 1, 16
"""Photos a claim: batches fill a GPU; a CPU gains little and would keep photos from idle cores."""


class BrokenNetwork(Exception):
    """A network has colored a photo with values that are not numbers."""


class Worker:
    """The networks of this process, its heartbeat, and the leases it holds."""

    def __init__(self) -> None:
        self.name = leases.worker_name()
        self.tasks: list[Task] = []  # under way; those too that have just ended
        self.rendition: tuple[Rendition, float] | None = None  # and when it began
        self.rested = False  # since it worked, or loaded, its memory was handed back
        self.networks = Networks()
        self.loading: threading.Thread | None = None
        self.on_gpu = self.networks.in_service.colorizer.device != "cpu"
        if not self.on_gpu:
            cv2.setNumThreads(1)  # a process a core: photos run side by side instead
        self.batch = settings.BATCH_SIZE or (GPU_BATCH if self.on_gpu else CPU_BATCH)
        self.threads = ThreadPoolExecutor(min(self.batch, os.cpu_count() or 1))
        self.stopped = threading.Event()
        threading.Thread(target=self._keep_alive, name="lease", daemon=True).start()
        Mending(self.networks).start()

    @staticmethod
    @cache
    def here() -> "Worker":
        """This process's worker, made on first use."""
        return Worker()

    def stop(self) -> None:
        """Renew no lease and show no heartbeat any more, in a process that goes on without it."""
        self.stopped.set()

    def work(self) -> int:
        """Claim a batch and see each of its jobs to an end; how many there were."""
        try:
            count, read = self.begin()
            self.save(self.color(read))
        finally:
            self.tasks = []
        return count

    def begin(self) -> tuple[int, list[Task]]:
        """Claim a batch and read it: how many jobs, and those that can be colored.

        A worker that is unfit claims none: photos wait, or others color them.
        """
        wait_until_fit()
        tasks = [
            Task(job, Progress(job.pk, job.photo.visitor_key))
            for job in claims.claim(self.name, self.batch)
        ]
        self.tasks = [*(task for task in self.tasks if not task.ended), *tasks]
        self.rested &= not tasks
        return len(tasks), self._each(Task.read, self._equip(tasks))

    def save(self, tasks: list[Task]) -> None:
        """Write the files of a batch that is colored, and end its jobs."""
        self._each(Task.save, tasks)

    def render(self) -> bool:
        """Claim one rendition and see it to its end; whether there was one."""
        rendition = renditions.claim()
        if rendition is None:
            return False
        self.rendition = rendition, time.monotonic()
        self.rested = False
        try:
            with logs.bound(rendition=rendition.pk):
                complete(rendition, lambda share: keep_progress(rendition.pk, share))
        finally:
            RENDITION_SECONDS.observe(time.monotonic() - self.rendition[1])
            self.rendition = None
        return True

    def _equip(self, tasks: list[Task]) -> list[Task]:
        """Give a batch, whose jobs ask for one model, one version of it until it is done; but for
        the photos that a canary colors.
        """
        if not tasks:
            return []
        try:
            network = self.networks.get(tasks[0].job.model)
        except DomainError as error:
            for task in tasks:
                self._end(task, error)
            return []
        for task in tasks:
            task.network = network
        if not tasks[0].job.model:
            canary.equip(tasks, self.networks)
        return tasks

    def _each(self, step: Callable[[Task], None], tasks: list[Task]) -> list[Task]:
        """Do a step for every task, side by side; a failure ends that task alone."""
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
        """Run one step; any error becomes this job's end. True if it may go on."""
        try:
            task.in_step = True
            with logs.bound(job=task.job.pk):
                step(task)
        except leases.LeaseLost:
            task.stop()
        except Exception as error:  # noqa: BLE001 - classified, and logged there
            self._end(task, error)
        else:
            return True
        finally:
            task.in_step = False
        return False

    def _end(self, task: Task, error: Exception) -> None:
        """End a job with the reason; it waits again if the reason lies in this worker."""
        if task.job.attempt < settings.JOB_MAX_CLAIMS and fitness.is_own_failure(error):
            database.wait()
            task.release()
        else:
            task.fail(error)

    def color(self, tasks: list[Task]) -> list[Task]:
        """One forward pass for all of them; if it fails for a batch, each is tried alone."""
        entered = [
            task for task in tasks if self._guarded(lambda t: t.advance(Stage.COLORIZING), task)
        ]
        if not entered:
            return []
        return [task for group in by_network(entered) for task in self._color_alike(group)]

    def _color_alike(self, tasks: list[Task]) -> list[Task]:
        """The same for tasks of one network; where the canary fails, the one in service colors."""
        try:
            predict(tasks)
        except Exception:
            if len(tasks) > 1:
                log.warning("A batch failed; its photos are tried one by one.", exc_info=True)
            in_service = self.networks.in_service
            return [
                task
                for task in tasks
                if self._guarded(lambda t: canary.color(t, predict, in_service), task)
            ]
        return tasks

    def _keep_alive(self) -> None:
        """Every few seconds: renew the leases of photos within their time, show a heartbeat."""
        while not self.stopped.is_set():
            try:
                tasks = self.tasks
                self.end_if_overdue()
                self.rest_if_idle()
                for task in tasks:
                    leases.renew(leases.held(task.job))
                if held := self.rendition:
                    leases.renew(leases.held(held[0]))
                unfit = fitness.last_known_problem()
                about = {**self.networks.about(), "jobs": len(tasks), "unfit": unfit}
                workers.beat(self.name, about)
                if workers.expected() not in ("", self.networks.in_service.version):
                    self._load_expected()
            except Exception:
                log.warning("A lease renewal or heartbeat failed; next try soon.", exc_info=True)
            finally:
                close_old_connections()
            self.stopped.wait(settings.JOB_LEASE_RENEWAL.total_seconds())

    def rest_if_idle(self) -> None:
        """Hand memory back, once, where there is nothing to do."""
        if not self.rested and not self.tasks and not self.rendition:
            self.rested = True
            memory.give_back()

    def end_if_overdue(self) -> None:
        """End this process, for another, if a stage goes on long after its photo's time.

        Nothing else stops a library that does not return. What is in such a stage has failed;
        photos of the same claim go back into the queue, where each is colored alone.
        """
        latest = time.monotonic() - (settings.JOB_TIME_LIMIT + GRACE).total_seconds()
        tasks = [task for task in self.tasks if not task.ended]
        overdue = [task for task in tasks if task.began < latest]
        rendition = self.rendition
        if rendition and rendition[1] < latest:
            renditions.fail(rendition[0], DomainError("took_too_long"))
        elif not overdue:
            return
        log.error("A stage did not end in time: this process ends instead, and another starts.")
        for task in tasks:
            if task.began < latest and (task.in_step or len(overdue) == 1):
                task.fail(DomainError("took_too_long"))
            else:
                task.release()
        os._exit(1)

    def _load_expected(self) -> None:
        """Load the version in service during the work, so that no photo has to wait for it."""
        if self.loading and self.loading.is_alive():
            return

        def load() -> None:
            try:
                self.networks.get("")
            finally:
                connection.close()

        self.loading = threading.Thread(target=load, name="load-network", daemon=True)
        self.loading.start()


def wait_until_fit() -> None:
    """Wait a while for this process to be fit: wake-ups that it took would be lost to others."""
    deadline = time.monotonic() + UNFIT_WAIT
    while not fitness.may_claim() and time.monotonic() < deadline:
        time.sleep(UNFIT_POLL)


def by_network(tasks: list[Task]) -> list[list[Task]]:
    """The tasks in groups of one network."""
    groups: dict[str, list[Task]] = {}
    for task in tasks:
        groups.setdefault(task.network.sha256, []).append(task)
    return list(groups.values())


def predict(tasks: list[Task]) -> None:
    """Find the colors of photos of one shape, with the network they share; hints go one by one.

    Raises BrokenNetwork where they are not numbers.
    """
    colorizer = tasks[0].network.colorizer
    began = time.time_ns()
    frames = {id(task): colorizer.frame(task.photo.rgb, task.job.network_size) for task in tasks}
    plain = [task for task in tasks if not task.job.hints]
    if plain:
        found = colorizer.predict([frames[id(task)] for task in plain])
        for task, chroma in zip(plain, found, strict=True):
            task.chroma = chroma
    for task in tasks:
        if task.job.hints:
            features = colorizer.encode(frames[id(task)])
            task.chroma = colorizer.decode(features, task.job.placed_hints)
        if not task.chroma.is_finite:
            raise BrokenNetwork(f"{task.network.name}@{task.network.version} gave no numbers")
        task.network_ms = (time.time_ns() - began) / 1e6 / len(tasks)
        task.record("colorizing_ms", began)
