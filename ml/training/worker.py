"""A worker's way through a run: fetch the photos, start the process, follow it to its end.

Every write names the attempt of its claim. A worker that has lost its lease ends its child and
leaves the run to the worker that has it now.
"""

import logging
import time
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_noop as _

from colorweb import leases
from colorweb.leases import Renewal
from ml.datasets.errors import DataSetError
from ml.datasets.materialize import Wanted, materialize
from ml.models.runs import TrainingRun
from ml.training import child, copies, gpus, notice, queue, served, settle, states
from ml.training.child import Child
from ml.training.errors import RunError
from ml.training.journal import Journal
from ml.training.options import SERVED, Options
from ml.versions import evaluations, registry

log = logging.getLogger(__name__)
Stage = TrainingRun.Stage

LOOK_EVERY = 0.5  # seconds
TOLD_EVERY = 1.0
GPU_EVERY = 5.0


class Stopped(Exception):
    """Somebody asked the run to stop before its process had begun."""


def work() -> int:
    """Sees runs to their end until none waits; how many."""
    done = 0
    while not notice.given() and (run := queue.claim()):
        with leases.renewing(run) as lease:
            Way(run, lease).go()
        done += 1
        evaluations.work()  # minutes, where the next run may take days
    return done


@dataclass
class Way:
    """One attempt at one run."""

    run: TrainingRun
    lease: Renewal
    told: float = field(default=0.0)

    def go(self) -> None:
        """Whatever happens becomes the run's end, or is left to who has the run by now."""
        run = self.run
        try:
            copies.fetch(run)
            journal = Journal(run)
            journal.begin()
            data = self._prepare()
            status = self._follow(self._start(data), journal)
            if notice.given() and settle.was_stopped(journal, status):
                queue.release(run)
            else:
                settle.ended(run, journal, status)
        except Stopped:
            settle.stopped_before_it_began(run)
        except (DataSetError, RunError) as error:
            settle.failed(run, error)
        except leases.LeaseLost:
            log.info("Run %s moved on without attempt %s.", run.pk, run.attempt)
        except Exception as error:
            log.exception("Run %s broke.", run.pk)
            settle.failed(run, settle.broken(error))

    def _record(self, **values: object) -> None:
        states.record(self.run, fence=self.run.attempt, **values)

    def _prepare(self) -> dict[str, Path]:
        run = self.run
        uses = list(run.data.select_related("data_set"))
        wanted = [Wanted(use.data_set, use.fingerprint) for use in uses if use.data_set]
        if len(wanted) < len(uses):
            raise RunError(
                "data_set_gone", _("A data set of this run has been deleted. Start a new run.")
            )
        data = materialize(wanted, run.local / "data", self._fetching)
        self._pin_base()
        if not run.served:
            run.served = served.figures(data["validation"], run.local / "served.log")
            self._record(served=run.served)
        return data

    def _fetching(self, done: float) -> None:
        """Tells how many of the photos are here; about once a second."""
        if time.monotonic() - self.told < TOLD_EVERY:
            return
        self.told = time.monotonic()
        self._record(now={"fetched": round(done, 3)})
        if notice.given():
            queue.release(self.run)
            raise leases.LeaseLost("this worker was told to end")
        if self._asked_to_stop():
            raise Stopped

    def _asked_to_stop(self) -> bool:
        self.run.refresh_from_db(fields=["stop_requested"])
        return self.run.stop_requested

    def _pin_base(self) -> None:
        """What was in service when the run began stays its base, whatever is promoted meanwhile."""
        if self.run.base == SERVED:
            self.run.base = str(registry.current())
            self._record(base=self.run.base)

    def _start(self, data: dict[str, Path]) -> Child:
        run = self.run
        try:
            base = registry.local_file(registry.resolve(run.base)) if run.base else None
        except (LookupError, registry.Unavailable) as error:
            raise RunError(
                "unknown_model", _("The base model is not here: %(why)s"), why=str(error)
            ) from error
        photos = sum(use.data_set.training for use in run.data.all() if use.data_set)
        here = gpus.count()
        devices = Options.of(run.options).devices or here
        if devices > max(1, here):
            raise RunError(
                "too_few_devices",
                _("The run wants %(wanted)d GPUs and this machine has %(here)d."),
                wanted=devices,
                here=here,
            )
        copies.wait_for_lock(run)
        arguments = child.arguments(run, data, base, photos)
        self._record(stage=Stage.TRAINING, now={})
        return Child(child.command(arguments, devices), run.local / "log.txt", here)

    def _follow(self, process: Child, journal: Journal) -> int:
        """Follows the child until it ends; its exit status. Raises leases.LeaseLost."""
        looks = Looks()
        try:
            while process.status is None:
                time.sleep(LOOK_EVERY)
                self._look(process, journal, looks)
        finally:
            process.kill()
        journal.read()
        self._tell(journal, looks)
        return process.process.returncode

    def _look(self, process: Child, journal: Journal, looks: "Looks") -> None:
        if self.lease.lost.is_set():
            raise leases.LeaseLost(f"run {self.run.pk} has another worker by now")
        new = journal.read()
        if looks.due("gpus", GPU_EVERY):
            looks.gpus = gpus.use()
        if new or looks.due("tell", TOLD_EVERY):
            self._tell(journal, looks)
        if looks.due("stop", TOLD_EVERY) and (notice.given() or self._asked_to_stop()):
            if not looks.stopping:
                looks.stopping = time.monotonic()
                process.stop()
            elif time.monotonic() - looks.stopping > child.GRACE:
                process.kill()
        if looks.due("copy", settings.TRAINING_COPY_EVERY.total_seconds()):
            copies.save(self.run)

    def _tell(self, journal: Journal, looks: "Looks") -> None:
        """Writes to the row what has changed since the last time."""
        said = child.tail(self.run.local / "log.txt")
        now = {**journal.facts, **journal.now, **({"gpus": looks.gpus} if looks.gpus else {})}
        values = {**journal.told, "now": now, "log": said}
        if values != looks.last:
            looks.last = values
            stage = Stage.FINISHING if journal.told.get("progress", 0) >= 1 else Stage.TRAINING
            self._record(**values, stage=stage)


@dataclass
class Looks:
    """When the worker looked at what, and what it saw last."""

    at: dict[str, float] = field(default_factory=dict)
    last: dict[str, object] = field(default_factory=dict)
    gpus: list[dict[str, object]] = field(default_factory=list)
    stopping: float = 0.0

    def due(self, what: str, every: float) -> bool:
        """Whether it is time to look at something again."""
        now = time.monotonic()
        if now - self.at.setdefault(what, now) < every:
            return False
        self.at[what] = now
        return True
