"""Whether what waits for a worker has one, for /readyz and for people who wait."""

import redis

from colorweb.health import heartbeats, texts
from ml.models import DataSet, Evaluation, TrainingRun


def training() -> str:
    """What keeps waiting runs and evaluations from a worker; empty where nothing waits."""
    runs = TrainingRun.objects.filter(state=TrainingRun.State.QUEUED)
    evaluations = Evaluation.objects.filter(state=Evaluation.State.QUEUED)
    return heartbeats.problem("training") if runs.exists() or evaluations.exists() else ""


def checking() -> str:
    """What keeps waiting checks of data sets from a worker; empty where none waits."""
    waiting = DataSet.objects.filter(state=DataSet.State.QUEUED)
    return heartbeats.problem("default") if waiting.exists() else ""


def why_run_waits(run: TrainingRun) -> str:
    """What a run that waits is waiting for, if it is not its turn; a sentence or nothing."""
    return _why("training", waits=run.state == TrainingRun.State.QUEUED)


def why_check_waits(data_set: DataSet) -> str:
    """What a check that waits is waiting for, if it is not its turn; a sentence or nothing."""
    return _why("default", waits=data_set.state == DataSet.State.QUEUED)


def _why(part: str, *, waits: bool) -> str:
    if not waits:
        return ""
    try:
        return texts.waits_for(part, heartbeats.problem(part))
    except redis.RedisError:
        return texts.waits_for("broker", "no answer in time")
