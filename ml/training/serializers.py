"""A run as JSON, for the API, the socket and the pages."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from colorweb.api.serializers import PageSerializer
from colorweb.errors import plain
from ml.models.runs import RunSample, TrainingRun
from ml.training.positions import position
from ml.training.retention import may_resume


class MomentField(serializers.DateTimeField):
    """A moment whose offset is written `+00:00`."""

    def to_representation(self, moment: datetime) -> str:
        return moment.isoformat()


class RunDataSerializer(serializers.Serializer):
    id = serializers.UUIDField(source="data_set_id", allow_null=True)
    name = serializers.CharField()
    fingerprint = serializers.CharField()


class RunErrorSerializer(serializers.Serializer):
    code = serializers.SerializerMethodField()
    message = serializers.CharField(source="error_message")

    def to_representation(self, run: TrainingRun) -> dict[str, Any] | None:  # type: ignore[override]
        return super().to_representation(run) if run.error else None

    def get_code(self, run: TrainingRun) -> str:
        return plain(run.error["code"])


class RunMaySerializer(serializers.Serializer):
    """What can be done with it now."""

    stop = serializers.SerializerMethodField()
    resume = serializers.SerializerMethodField()
    delete = serializers.BooleanField(source="is_over")

    def get_stop(self, run: TrainingRun) -> bool:
        return not run.is_over and not run.stop_requested

    def get_resume(self, run: TrainingRun) -> bool:
        return may_resume(run)


class TrainingRunSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    note = serializers.CharField(allow_blank=True)
    preset = serializers.CharField()
    base = serializers.CharField(allow_blank=True)
    options = serializers.JSONField()
    data_sets = RunDataSerializer(source="data", many=True)
    state = serializers.ChoiceField(TrainingRun.State.values)
    stage = serializers.ChoiceField(TrainingRun.Stage.values)
    stop_requested = serializers.BooleanField()
    sequence = serializers.IntegerField(help_text="Grows with every change.")
    attempt = serializers.IntegerField()
    step = serializers.IntegerField()
    epoch = serializers.IntegerField()
    progress = serializers.FloatField(help_text="0 to 1.")
    now = serializers.JSONField(help_text="Speed, time left, GPU use: the latest there is.")
    baseline = serializers.SerializerMethodField(
        help_text="The model in service when it began, measured on the same photos as its checks."
    )
    log = serializers.CharField(allow_blank=True, help_text="Its last lines.")
    error = RunErrorSerializer(source="*", allow_null=True)
    version = serializers.CharField(allow_null=True, help_text="The model version it made.")
    version_id = serializers.UUIDField(allow_null=True)
    may = RunMaySerializer(source="*")
    position = serializers.SerializerMethodField(
        help_text="Runs before it, the one under way included; null: it does not wait."
    )
    bytes = serializers.IntegerField(help_text="Of its files, as measured when it ended.")
    created_by = serializers.CharField(source="created_by.email", allow_null=True)
    created_at = MomentField()
    started_at = MomentField(allow_null=True)
    finished_at = MomentField(allow_null=True)

    def get_position(self, run: TrainingRun) -> int | None:
        return position(run)

    def get_baseline(self, run: TrainingRun) -> dict[str, Any]:
        return {name: value for name, value in run.baseline.items() if name != "each"}


class RunPointSerializer(serializers.Serializer):
    """A point of the curves."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(["step", "check"])
    step = serializers.IntegerField()
    epoch = serializers.FloatField()
    values = serializers.JSONField()


class RunSampleSerializer(serializers.Serializer):
    """A picture of sample photos."""

    step = serializers.IntegerField()
    epoch = serializers.FloatField()
    url = serializers.SerializerMethodField()

    def get_url(self, sample: RunSample) -> str:
        return reverse("training-run-samples", args=[sample.run_id, sample.step])


class WholeRunSerializer(serializers.Serializer):
    """A run with its curves and sample pictures.

    The context may name a point as `after`: then only points newer than it are shown.
    """

    run = TrainingRunSerializer(source="*")
    points = serializers.SerializerMethodField()
    samples = serializers.SerializerMethodField()

    @extend_schema_field(RunPointSerializer(many=True))
    def get_points(self, run: TrainingRun) -> Any:
        points = run.points.filter(pk__gt=self.context.get("after", 0)).order_by("pk")
        return RunPointSerializer(points, many=True).data

    @extend_schema_field(RunSampleSerializer(many=True))
    def get_samples(self, run: TrainingRun) -> Any:
        return RunSampleSerializer(run.samples.order_by("step"), many=True).data


class TrainingRunPageSerializer(PageSerializer):
    results = TrainingRunSerializer(many=True)
