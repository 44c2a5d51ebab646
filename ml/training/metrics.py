"""Figures of training for /metrics."""

from colorweb.health.counts import Counter
from colorweb.health.metrics import Gauge, by_state
from ml.models import TrainingRun


def _runs() -> dict[str, float]:
    states = TrainingRun.State
    return by_state(TrainingRun, states.QUEUED, states.RUNNING)


def _progress() -> dict[str, float]:
    running = TrainingRun.objects.filter(state=TrainingRun.State.RUNNING)
    return dict(running.values_list("name", "progress"))


RUNS_ENDED = Counter("colorweb_runs_ended", "Training runs that ended", "state")
FIGURES = (
    Gauge("colorweb_runs", "Training runs that wait and that are trained", "state", _runs),
    Gauge("colorweb_run_progress", "How far running trainings are, 0 to 1", "run", _progress),
    RUNS_ENDED,
)
