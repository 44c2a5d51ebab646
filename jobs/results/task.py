"""One claimed job on its way through the stages: read, colorize, save.

Every write names the attempt of its claim. A worker that has lost its lease is refused, and deletes
the files it has written.
"""

import contextlib
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, cast

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q

from colorweb import leases, logs, tracing
from colorweb.errors import DomainError
from jobs.events.progress import PROGRESS_INTERVAL, Progress
from jobs.models import Job, Stage, State, failure_columns
from jobs.photos.intake import LIMITS
from jobs.queue import claims, states
from jobs.results.failures import classify_failure
from jobs.results.metrics import STAGE_SECONDS
from jobs.results.rendering import tones_of
from jobs.storage import files
from jobs.storage.results import ResultFiles
from ml.imaging import geometry, metadata, photos
from ml.imaging.chroma import Chroma
from ml.imaging.tones import Tones
from ml.versions.canary import Trial
from ml.versions.serving import Network

log = logging.getLogger(__name__)


@dataclass
class Task:
    """A job, the network that colors it, and what its stages have made so far."""

    job: Job
    report: Progress
    network: Network = field(init=False)
    began: float = field(default_factory=time.monotonic)
    in_step: bool = False
    ended: bool = False
    trial: Trial | None = None
    """What is tried while it is colored; it learns how this job ends."""
    on_canary: bool = False
    coloring: bool = False
    network_ms: float | None = None
    timings: dict[str, int] = field(default_factory=dict)
    stages: list[tuple[str, int, int]] = field(default_factory=list)
    photo: photos.Photo = field(init=False)
    tones: Tones = field(default_factory=Tones)
    chroma: Chroma = field(init=False)

    def advance(self, stage: str) -> None:
        """Enter a stage; nobody hears of one that the job comes to at once.

        Raises LeaseLost if the job was canceled or taken over, DomainError after the limit.
        """
        seconds = time.monotonic() - self.began
        if seconds > settings.JOB_TIME_LIMIT.total_seconds():
            raise DomainError("took_too_long")
        announced = seconds > PROGRESS_INTERVAL
        states.advance(self.job.pk, stage, fence=self.job.attempt, announced=announced)
        self.coloring = stage == Stage.COLORIZING

    @contextlib.contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Add the block's milliseconds to the timing `name`."""
        began = time.time_ns()
        yield
        self.record(name, began)

    def record(self, name: str, began: int) -> None:
        """Add the milliseconds since `began`, ns since 1970, to the timing `name`."""
        now = time.time_ns()
        self.stages.append((name.removesuffix("_ms"), began, now))
        self.timings[name] = self.timings.get(name, 0) + round((now - began) / 1e6)

    def read(self) -> None:
        """Read the photo. Raises `photos.PhotoError`."""
        with self.timed("reading_ms"), default_storage.open(self.job.photo.source) as file:
            page = self.job.photo.page
            self.photo = photos.read(cast("BinaryIO", file), LIMITS, page=page, deep=True)
            self.tones = tones_of(self.job.photo, self.job.tones, self.photo.rgb)
            prepared = geometry.read(self.job.geometry)
            self.photo.rgb = prepared.apply(self.photo.rgb)
            if self.photo.alpha is not None:
                self.photo.alpha = prepared.apply(self.photo.alpha)

    def save(self) -> None:
        """Color the photo with the predicted chroma, write all files, and end the job."""
        job, photo, network = self.job, self.photo, self.network
        written = ResultFiles(job, metadata.made_by(network.name, network.version))
        with self.timed("colorizing_ms"):
            if job.geometry and not job.photo.was_gray:
                written.save_original(photo.rgb)
            written.save_maps(photo.rgb, self.chroma)
            rendered = network.colorizer.render(
                photo.rgb,
                self.chroma,
                vividness=job.vividness,
                tones=self.tones,
                progress=lambda fraction: self.report(0.3 + 0.5 * fraction),
                depth=job.depth,
            )
        self.advance(Stage.SAVING)
        with self.timed("saving_ms"):
            written.save_result(rendered, photo.alpha, photo.dpi)
        with transaction.atomic():
            states.succeed(
                job.pk,
                fence=job.attempt,
                result=job.file("result"),
                timings=self.timings,
                model_name=network.name,
                model_version=network.version,
            )
            files.count(job.photo_id, written.bytes)
        self.ended = True
        for name, milliseconds in self.timings.items():
            STAGE_SECONDS.observe(milliseconds / 1000, name.removesuffix("_ms"))
        self._trace(State.SUCCEEDED)
        self.report_outcome(failed=False)

    def report_outcome(self, *, failed: bool) -> None:
        """Lets the trial know how coloring ended, once; times only where they can be compared.

        Whatever goes wrong with it, the photo is not the worse for it.
        """
        trial, self.trial = self.trial, None
        if trial is None:
            return
        usual = self.job.network_size is None and not self.job.hints
        milliseconds = None if failed or not usual else self.network_ms
        try:
            trial.report(on_canary=self.on_canary, failed=failed, milliseconds=milliseconds)
        except Exception:
            log.warning("An outcome was not reported to the canary.", exc_info=True)

    def fail(self, error: Exception) -> None:
        """End the job with the reason, and delete what it has written."""
        self.ended = True
        self._trace(State.FAILED)
        with logs.bound(job=self.job.pk):
            reason = classify_failure(error, f"Job {self.job.pk}")
        with contextlib.suppress(leases.LeaseLost):
            states.change(
                self.job.pk,
                State.FAILED,
                fence=self.job.attempt,
                timings=self.timings,
                **failure_columns(reason),
            )
        files.delete_attempt(self.job)
        if self.coloring:
            self.report_outcome(failed=True)

    def _trace(self, end: str) -> None:
        about = {"job": str(self.job.pk), "photo": str(self.job.photo_id), "state": end}
        tracing.ended("job", self.stages, about)

    def release(self) -> None:
        """Put the job back into the queue, in its old place; that costs it nothing."""
        self.ended = True
        with contextlib.suppress(leases.LeaseLost):
            claims.release(self.job)
        files.delete_attempt(self.job)

    def stop(self) -> None:
        """Give up a job that was canceled, or that another worker has taken over."""
        self.ended = True
        canceled = Q(cancel_requested=True)
        try:
            states.change(self.job.pk, State.CANCELED, fence=self.job.attempt, where=canceled)
        except leases.LeaseLost:
            log.info("Job %s moved on without attempt %s.", self.job.pk, self.job.attempt)
        files.delete_attempt(self.job)
