"""From the first step to the last: steps, checks, samples, checkpoints, and when to end."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from ml.resnet_gray.evaluation.checks import HeldOut
from ml.resnet_gray.progress import bar, report

from .checking import Checks
from .engine import Run

LOG_EVERY = 1.0  # seconds
SAVE_EVERY = 180.0  # seconds
RECENT = 30  # lines, whose median is the pace: one slow moment says little
MIN_CHECK_STEPS, MAX_CHECK_STEPS = 50, 2000  # from one check to the next, unless a number is given

GO_ON, PATIENCE, STOPPED = 0, 1, 2
REASONS = {GO_ON: "finished", PATIENCE: "patience", STOPPED: "stopped"}


@dataclass(frozen=True)
class CheckSchedule:
    """When to check the network on held-out photos, and when to end for lack of progress."""

    check_every: int | None = None  # steps; by default an epoch, within the bounds above
    patience: int | None = None  # checks without a better one, after which to end
    seconds: float = 0.0  # that a check takes, until one has shown it


def train_to_end(
    run: Run, held_out: HeldOut | None, schedule: CheckSchedule, stop: Callable[[], object]
) -> str:
    """Makes all steps that are left; answers the ``reason`` of an ``end`` line.

    ``stop`` is called after each step; once it gives a true value, the run is saved and ends.
    """
    first = run.group.is_first
    checks = Checks(run, held_out) if held_out else None
    every = schedule.check_every or min(max(run.steps_per_epoch, MIN_CHECK_STEPS), MAX_CHECK_STEPS)
    meter = _Meter(run, every, schedule.seconds)
    saved = time.monotonic()
    form = "{desc}{percentage:3.0f}%|{bar}| {elapsed}<{remaining}{postfix}"
    with bar(total=1.0, initial=run.progress, desc="training", bar_format=form) as shown:
        while run.progress < 1:
            before = run.progress
            parts = run.advance()
            shown.update(run.progress - before)
            if first and meter.due:
                shown.set_postfix_str(meter.log(parts))
            verdict = STOPPED if stop() else GO_ON
            if first and (run.progress >= 1 or run.step % every == 0):
                began = time.monotonic()
                _check(run, checks)
                meter.check_seconds = time.monotonic() - began
                if schedule.patience and run.worse >= schedule.patience:
                    verdict = max(verdict, PATIENCE)
                run.save()
                saved = time.monotonic()
                meter.restart()
            verdict = int(run.group.all_reduce_max(verdict)[0])
            if first and (verdict == STOPPED or time.monotonic() - saved > SAVE_EVERY):
                run.save()
                saved = time.monotonic()
            if verdict:
                return REASONS[verdict]
    return REASONS[GO_ON]


def _check(run: Run, checks: Checks | None) -> None:
    """Logs figures and pictures on held-out photos, and exports the network as it is now."""
    if not checks:
        run.export("latest", {})
        return
    figures = checks.check()
    report(f"epoch {run.epoch:.1f}: error {figures['of_gray']:.3f} of gray's")


class _Meter:
    """Measures the throughput, and estimates the time left, that of checks included."""

    def __init__(self, run: Run, check_every: int, check_seconds: float) -> None:
        self.run, self.check_every, self.check_seconds = run, check_every, check_seconds
        self.paces: deque[float] = deque(maxlen=RECENT)  # seconds a step, between lines
        self.first, self.progress = run.step, run.progress
        self.restart()

    def restart(self) -> None:
        """Leaves out the time since the last line, in which no step was made."""
        self.logged, self.step = time.monotonic(), self.run.step

    @property
    def due(self) -> bool:
        return time.monotonic() - self.logged >= LOG_EVERY

    def log(self, parts: dict[str, float]) -> str:
        """Writes a ``step`` line; answers what a bar shows."""
        now, run = time.monotonic(), self.run
        self.paces.append((now - self.logged) / (run.step - self.step))
        speed = run.recipe.batch / self.paces[-1]
        self.logged, self.step = now, run.step
        run.log(
            "step",
            photos_per_second=round(speed, 1),
            seconds_left=self._left(),
            rate=run.recipe.rate * run.rate_at(run.progress),
            **parts,
        )
        return f"loss {parts['loss']:.3f}, {speed:.0f} photos/s"

    def _left(self) -> int | None:
        """Seconds until the end: of steps, as lately, and of the checks to come."""
        run = self.run
        done = run.progress - self.progress
        if not done:
            return None
        steps = (run.step - self.first) * (1 - run.progress) / done
        last = run.step + steps
        checked = (run.step - 1) // self.check_every  # the one after this step is to come
        checks = last // self.check_every - checked + (last % self.check_every >= 1)
        return round(steps * median(self.paces) + checks * self.check_seconds)
