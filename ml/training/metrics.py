"""Figures of networks and their training for /metrics."""

from colorweb.health.counts import Counter
from colorweb.health.metrics import Gauge, by_state
from ml.models import Evaluation, TrainingRun
from ml.versions import registry


def _runs() -> dict[str, float]:
    states = TrainingRun.State
    return by_state(TrainingRun, states.QUEUED, states.RUNNING)


def _progress() -> dict[str, float]:
    running = TrainingRun.objects.filter(state=TrainingRun.State.RUNNING)
    return dict(running.values_list("name", "progress"))


def _evaluations() -> dict[str, float]:
    states = Evaluation.State
    return by_state(Evaluation, states.QUEUED, states.RUNNING)


def _in_service() -> dict[str, float]:
    return {str(registry.current()): 1.0}


RUNS_ENDED = Counter("colorweb_runs_ended", "Training runs that ended", "state")
FIGURES = (
    Gauge("colorweb_runs", "Training runs that wait and that are trained", "state", _runs),
    Gauge("colorweb_run_progress", "How far running trainings are, 0 to 1", "run", _progress),
    Gauge("colorweb_evaluations", "Comparisons that wait and are made", "state", _evaluations),
    Gauge("colorweb_model", "1 for the model version in service", "version", _in_service),
    RUNS_ENDED,
)
