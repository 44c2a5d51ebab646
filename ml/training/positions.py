"""Where a run stands among those that wait for a training worker."""

from django.db.models import Q

from ml.models.runs import TrainingRun

State = TrainingRun.State


def position(run: TrainingRun) -> int | None:
    """Runs before it, those under way included; None if it does not wait."""
    if run.state != State.QUEUED:
        return None
    earlier = Q(queued_at__lt=run.queued_at) | Q(queued_at=run.queued_at, pk__lt=run.pk)
    waiting = TrainingRun.objects.filter(earlier, state=State.QUEUED)
    return waiting.count() + TrainingRun.objects.filter(state=State.RUNNING).count()
