"""Figures of networks and their training for /metrics."""

from django.db import DatabaseError

from colorweb.health.counts import Counter
from colorweb.health.metrics import Gauge
from ml.models import Evaluation, TrainingRun
from ml.versions import registry


def _runs() -> dict[str, float]:
    states = TrainingRun.State
    try:
        return {
            state.value: TrainingRun.objects.filter(state=state).count()
            for state in (states.QUEUED, states.RUNNING)
        }
    except DatabaseError:
        return {}


def _progress() -> dict[str, float]:
    running = TrainingRun.objects.filter(state=TrainingRun.State.RUNNING)
    try:
        return dict(running.values_list("name", "progress"))
    except DatabaseError:
        return {}


def _evaluations() -> dict[str, float]:
    states = Evaluation.State
    try:
        return {
            state.value: Evaluation.objects.filter(state=state).count()
            for state in (states.QUEUED, states.RUNNING)
        }
    except DatabaseError:
        return {}


def _in_service() -> dict[str, float]:
    try:
        return {str(registry.current()): 1.0}
    except DatabaseError:
        return {}


RUNS_ENDED = Counter("colorweb_runs_ended", "Training runs that ended", "state")
FIGURES = (
    Gauge("colorweb_runs", "Training runs that wait and that are trained", "state", _runs),
    Gauge("colorweb_run_progress", "How far running trainings are, 0 to 1", "run", _progress),
    Gauge("colorweb_evaluations", "Comparisons that wait and are made", "state", _evaluations),
    Gauge("colorweb_model", "1 for the model version in service", "version", _in_service),
    RUNS_ENDED,
)
