"""Figures of model versions for /metrics."""

from colorweb.health.metrics import Gauge, by_state
from ml.models import Evaluation, Promotion
from ml.versions import canary, registry


def _evaluations() -> dict[str, float]:
    states = Evaluation.State
    return by_state(Evaluation, states.QUEUED, states.RUNNING)


def _in_service() -> dict[str, float]:
    return {str(registry.current()): 1.0}


def _promotions() -> dict[str, float]:
    rows = Promotion.objects.filter(kind=Promotion.Kind.PROMOTED)
    return {state.value: rows.filter(state=state).count() for state in Promotion.State}


def _canary_share() -> dict[str, float]:
    trial = canary.trial()
    return {str(trial.version): trial.share} if trial else {}


def _canary_jobs() -> dict[str, float]:
    found = Promotion.objects.filter(state=Promotion.State.CANARY).first()
    if found is None:
        return {}
    side = canary.figures_of(found).canary
    good = side.jobs - side.failed - side.slow
    return {"good": good, "failed": side.failed, "slow": side.slow}


FIGURES = (
    Gauge("colorweb_evaluations", "Comparisons that wait and are made", "state", _evaluations),
    Gauge("colorweb_model", "1 for the model version in service", "version", _in_service),
    Gauge("colorweb_promotions", "Promotions, by how far they came", "state", _promotions),
    Gauge("colorweb_canary_share", "Percent of owners it is tried on", "version", _canary_share),
    Gauge("colorweb_canary_jobs", "How the canary's photos ended", "outcome", _canary_jobs),
)
