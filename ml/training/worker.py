"""A worker's attempt at a run: fetch the photos, start the process, watch it to its end.

Every write names the attempt of its claim. A worker that has lost its lease ends its child and
leaves the run to the worker that has it now.
"""

import logging
import time
from contextlib import suppress
from dataclasses import dataclass, field

from django.conf import settings

from colorweb import database, gpus, leases, logs, pytorch
from colorweb.errors import DomainError
from colorweb.health import fitness
from colorweb.leases import Renewal
from ml.datasets.materialize import ChosenSet
from ml.models.runs import TrainingRun
from ml.training import (
    baseline,
    beside,
    checkpoint_store,
    child,
    estimate,
    finalize,
    preparing,
    queue,
    retention,
    shutdown_flag,
    states,
)
from ml.training.child import Child
from ml.training.journal import Journal
from ml.training.options import SERVED, Options
from ml.training.preparing import Data
from ml.versions import gate, registry

log = logging.getLogger(__name__)
Stage = TrainingRun.Stage

POLL_EVERY = 0.5  # seconds
REPORT_EVERY = 1.0
GPU_EVERY = 5.0


class StopRequested(Exception):
    """Somebody asked the run to stop before its process had begun."""


def work() -> int:
    """Sees runs to their end until none waits; how many. They wait while PyTorch is not here."""
    done = 0
    if not pytorch.python():
        return done
    retention.clean()
    while not shutdown_flag.is_set() and (run := queue.claim()):
        with leases.renewing(run) as lease, logs.bound(run=run.pk), beside.comparing():
            Attempt(run, lease).run_to_end()
        done += 1
    return done


@dataclass
class Attempt:
    """One attempt at one run."""

    run: TrainingRun
    lease: Renewal
    reported_at: float = field(default=0.0)  # monotonic seconds
    fetched: dict[str, float] = field(default_factory=dict)
    began_at: float = field(default_factory=time.monotonic)
    plan: float = field(default=0.0)  # seconds that it should take, before a step was made

    def run_to_end(self) -> None:
        """Every outcome ends the run, unless another worker has it by now."""
        run = self.run
        try:
            checkpoint_store.fetch(run)
            journal = Journal(run)
            journal.begin()
            data = self._prepare()
            status = self._watch(self._start(data), journal)
            if shutdown_flag.is_set() and finalize.was_stopped(journal, status):
                queue.release(run)
            else:
                finalize.finalize(run, journal, status)
        except StopRequested:
            finalize.stop_before_start(run)
        except leases.LeaseLost:
            log.info("Run %s moved on without attempt %s.", run.pk, run.attempt)
        except Exception as error:  # noqa: BLE001 - each has its end
            self._end_with(error)
        with suppress(OSError):  # unavailable; nothing depends on it
            retention.record_size(run)

    def _end_with(self, error: Exception) -> None:
        run = self.run
        if fitness.is_own_failure(error):
            database.wait()
            with suppress(leases.LeaseLost):
                queue.release(run)
        elif isinstance(error, DomainError):
            finalize.fail(run, error)
        else:
            log.error("Run %s broke.", run.pk, exc_info=error)
            finalize.fail(run, finalize.unexpected(error))

    def _record(self, **values: object) -> None:
        states.record(self.run, fence=self.run.attempt, **values)

    def _prepare(self) -> Data:
        run = self.run
        uses = list(run.data.select_related("data_set"))
        chosen = [ChosenSet(use.data_set, use.fingerprint) for use in uses if use.data_set]
        if len(chosen) < len(uses):
            raise DomainError("data_set_gone.run")
        checkpoint_store.check_room()
        self._pin()
        options, sets = Options.of(run.options), [each.data_set for each in chosen]
        self.plan = estimate.seconds(run.preset, options, sets) * (1 - run.progress)
        data = preparing.fetch(run, chosen, self._report_fetching)
        if not run.baseline:
            log_file = run.local / "baseline.log"
            run.baseline = baseline.measure(data.measured, log_file, self._report_preparing)
            self._record(baseline=run.baseline)
        return data

    def _report_fetching(self, done: float) -> None:
        """Takes note of the share of photos that are here."""
        self.fetched = {"fetched": round(done, 3)}
        self._report_preparing()

    def _planned(self) -> int:
        """Seconds left by the plan."""
        return max(0, round(self.plan - (time.monotonic() - self.began_at)))

    def _report_preparing(self) -> None:
        """Records how far it is, about once a second, and ends it where somebody asked for that or
        this worker has to end."""
        if time.monotonic() - self.reported_at < REPORT_EVERY:
            return
        self.reported_at = time.monotonic()
        self._record(now={**self.fetched, "seconds_left": self._planned()})
        if shutdown_flag.is_set():
            queue.release(self.run)
            raise leases.LeaseLost("this worker has to end")
        if self._stop_requested():
            raise StopRequested

    def _stop_requested(self) -> bool:
        self.run.refresh_from_db(fields=["stop_requested"])
        return self.run.stop_requested

    def _pin(self) -> None:
        """What was in service, and the reference set, when the run began stay its own."""
        run = self.run
        if run.base == SERVED:
            run.base = str(registry.current())
            self._record(base=run.base)
        if not run.step and not run.reference and (reference := gate.reference()):
            run.reference = reference
            self._record(reference=reference)

    def _start(self, data: Data) -> Child:
        run = self.run
        try:
            base = registry.local_file(registry.resolve(run.base)) if run.base else None
        except (LookupError, registry.WeightsUnavailable) as error:
            raise DomainError("unknown_model.base", why=str(error)) from error
        photos = sum(use.data_set.training for use in run.data.all() if use.data_set)
        here = gpus.count()
        devices = Options.of(run.options).devices or here
        if devices > max(1, here):
            raise DomainError(
                "too_few_devices",
                chosen=devices,
                here=here,
            )
        checkpoint_store.wait_for_lock(run)
        arguments = child.arguments(run, data, base, photos, baseline.weights_of(run.baseline))
        self._record(stage=Stage.TRAINING, now={"seconds_left": self._planned()})
        return Child(child.command(arguments, devices), run.local / "log.txt", here)

    def _watch(self, process: Child, journal: Journal) -> int:
        """Watches the child until it ends; its exit status. Raises leases.LeaseLost."""
        polls = Polls()
        try:
            while process.status is None:
                time.sleep(POLL_EVERY)
                self._poll_if_possible(process, journal, polls)
        finally:
            process.kill()
        journal.read()
        self._report(journal, polls)
        return process.process.returncode

    def _poll_if_possible(self, process: Child, journal: Journal, polls: "Polls") -> None:
        """Polls; while database or storage are unavailable the process trains on unseen."""
        try:
            self._poll(process, journal, polls)
        except leases.LeaseLost:
            raise
        except Exception as error:
            if not fitness.is_own_failure(error):
                raise

    def _poll(self, process: Child, journal: Journal, polls: "Polls") -> None:
        if self.lease.lost.is_set():
            raise leases.LeaseLost(f"run {self.run.pk} has another worker by now")
        new = journal.read()
        if polls.due("gpus", GPU_EVERY):
            polls.gpus = gpus.use()
        if new or polls.due("report", REPORT_EVERY):
            self._report(journal, polls)
        if polls.due("stop", REPORT_EVERY) and (shutdown_flag.is_set() or self._stop_requested()):
            if not polls.stopping:
                polls.stopping = time.monotonic()
                process.stop()
            elif time.monotonic() - polls.stopping > child.GRACE:
                process.kill()
        if polls.due("copy", settings.TRAINING_COPY_EVERY.total_seconds()):
            checkpoint_store.save(self.run)

    def _report(self, journal: Journal, polls: "Polls") -> None:
        """Records in the row what has changed since the last report."""
        output = child.tail(self.run.local / "log.txt")
        left = self._planned() if journal.seconds_left is None else journal.seconds_left
        now = {**journal.facts, **journal.now, "seconds_left": left}
        if polls.gpus:
            now["gpus"] = polls.gpus
        values = {**journal.columns, "now": now, "log": output}
        if values != polls.last:
            polls.last = values
            stage = Stage.FINISHING if journal.columns.get("progress", 0) >= 1 else Stage.TRAINING
            self._record(**values, stage=stage)


@dataclass
class Polls:
    """When the worker last polled what, and what it found."""

    at: dict[str, float] = field(default_factory=dict)
    last: dict[str, object] = field(default_factory=dict)
    gpus: list[dict[str, int]] = field(default_factory=list)
    stopping: float = 0.0

    def due(self, what: str, every: float) -> bool:
        """Whether it is time to poll something again."""
        now = time.monotonic()
        if now - self.at.setdefault(what, now) < every:
            return False
        self.at[what] = now
        return True
