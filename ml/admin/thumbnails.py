"""Small pictures and figures of rows, for the console's lists."""

from django.db.models import FloatField, OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ml.models import DataSet, ModelVersion, RunPoint, RunSample, TrainingRun


def with_results(runs: QuerySet[TrainingRun]) -> QuerySet[TrainingRun]:
    """Runs with `sampled_at`, the step of the last samples, and `of_gray`, the kept error."""
    samples = RunSample.objects.filter(run=OuterRef("pk")).order_by("-step")
    kept = RunPoint.objects.filter(run=OuterRef("pk"), kind="check", values__best=True)
    error = kept.order_by("-step").annotate(error=Cast(KT("values__of_gray"), FloatField()))
    return runs.annotate(
        sampled_at=Subquery(samples.values("step")[:1]), of_gray=Subquery(error.values("error")[:1])
    )


def of_run(run: TrainingRun) -> SafeString | str:
    """The first of its last samples: gray, colored, in service, true."""
    step = run.sampled_at  # type: ignore[attr-defined]
    return _picture(reverse("training-run-samples", args=[run.pk, step])) if step else "–"


def of_version(version: ModelVersion) -> SafeString | str:
    """The first of the samples of its training."""
    return _picture(reverse("model-samples", args=[version.pk])) if version.samples else "–"


def of_set(data_set: DataSet) -> SafeString | str:
    """The first photos of its sheet."""
    return _picture(reverse("data-set-sheet", args=[data_set.pk])) if data_set.sheet else "–"


def _picture(address: str) -> SafeString:
    return format_html('<img class="first-row" src="{}" alt="" loading="lazy">', address)
