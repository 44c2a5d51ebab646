"""What the API takes and answers about data sets and training runs."""

from typing import Any

from rest_framework import serializers

from colorweb.api.shapes import PageSerializer
from ml.models import DataSet, TrainingRun
from ml.training.options import BOUNDS, PRECISIONS, PRESETS


class NewDataSet(serializers.Serializer):
    """A data set to be added."""

    name = serializers.CharField(max_length=100)
    kind = serializers.ChoiceField(
        DataSet.Kind.values,
        help_text="upload: a zip or tar in `file`. folder: `path` names a folder, tar or glob on "
        "the server. places365: `path` names its root. consented: photos of people who allowed it.",
    )
    path = serializers.CharField(max_length=500, default="", allow_blank=True)
    file = serializers.FileField(default=None, allow_null=True)
    note = serializers.CharField(max_length=2000, default="", allow_blank=True)


class DataSetSerializer(serializers.ModelSerializer):
    """A data set and what its last check has found."""

    error = serializers.CharField(source="error_message", allow_blank=True)
    sheet = serializers.SerializerMethodField(help_text="Address of the contact sheet.")

    class Meta:
        model = DataSet
        fields = (
            *("id", "name", "kind", "path", "note", "state", "progress", "error", "training"),
            *("validation", "fingerprint", "report", "sheet", "created_at", "checked_at"),
        )
        read_only_fields = fields

    def get_sheet(self, data_set: DataSet) -> str | None:
        from django.urls import reverse  # noqa: PLC0415

        return reverse("data-set-sheet", args=[data_set.pk]) if data_set.sheet else None


class DataSetPageSerializer(PageSerializer):
    results = DataSetSerializer(many=True)


def _figure(name: str, kind: Any = serializers.IntegerField, **more: Any) -> Any:
    least, most = BOUNDS[name]
    return kind(min_value=least, max_value=most, **{"default": None, "allow_null": True} | more)


class RunOptionsSerializer(serializers.Serializer):
    """How to train; what is null is left to the preset."""

    epochs = _figure("epochs", help_text="Times that every photo is seen.")
    batch = _figure("batch", help_text="Photos a step.")
    rate = _figure("rate", serializers.FloatField, help_text="Highest learning rate.")
    size = _figure("size", help_text="Pixels of the crops; null: they may grow.")
    seed = _figure("seed", default=0, allow_null=False)
    patience = _figure("patience", help_text="Stops after this many checks without improvement.")
    precision = serializers.ChoiceField(PRECISIONS, default="auto")
    devices = _figure("devices", default=0, allow_null=False, help_text="GPUs; 0: all there are.")
    limit = _figure("limit", help_text="Use so many photos only.")


class NewRun(serializers.Serializer):
    """A training run to be started."""

    id = serializers.UUIDField(
        default=None,
        allow_null=True,
        help_text="Chosen by you; sent twice, the second answer is the first one's run.",
    )
    name = serializers.CharField(max_length=100, default="", allow_blank=True)
    note = serializers.CharField(max_length=2000, default="", allow_blank=True)
    preset = serializers.ChoiceField(list(PRESETS))
    base = serializers.CharField(
        max_length=100,
        default=None,
        allow_null=True,
        allow_blank=True,
        help_text="Model to go on from: a name of `models/`, `name@version`, `served`; empty: a "
        "new network; null: the preset's.",
    )
    data_sets = serializers.ListField(child=serializers.UUIDField(), max_length=50)
    options = RunOptionsSerializer(default=dict)


class RunChanges(serializers.Serializer):
    """What people wrote about a run."""

    name = serializers.CharField(max_length=100, required=False)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class RunDataSerializer(serializers.Serializer):
    id = serializers.UUIDField(allow_null=True)
    name = serializers.CharField()
    fingerprint = serializers.CharField()


class RunErrorSerializer(serializers.Serializer):
    code = serializers.CharField()
    message = serializers.CharField()


class RunMaySerializer(serializers.Serializer):
    """What can be done with it now."""

    stop = serializers.BooleanField()
    resume = serializers.BooleanField()
    delete = serializers.BooleanField()


class TrainingRunSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    note = serializers.CharField(allow_blank=True)
    preset = serializers.CharField()
    base = serializers.CharField(allow_blank=True)
    options = serializers.JSONField()
    data_sets = RunDataSerializer(many=True)
    state = serializers.ChoiceField(TrainingRun.State.values)
    stage = serializers.ChoiceField(TrainingRun.Stage.values)
    stop_requested = serializers.BooleanField()
    sequence = serializers.IntegerField(help_text="Grows with every change.")
    attempt = serializers.IntegerField()
    step = serializers.IntegerField()
    epoch = serializers.IntegerField()
    progress = serializers.FloatField(help_text="0 to 1.")
    now = serializers.JSONField(help_text="Speed, time left, GPU use: the latest there is.")
    served = serializers.JSONField(help_text="The model in service on the validation photos.")
    log = serializers.CharField(allow_blank=True, help_text="Its last lines.")
    error = RunErrorSerializer(allow_null=True)
    version = serializers.CharField(allow_null=True, help_text="The model version it made.")
    version_id = serializers.UUIDField(allow_null=True)
    may = RunMaySerializer()
    created_by = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)


class RunPointSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    kind = serializers.ChoiceField(["step", "check"])
    step = serializers.IntegerField()
    epoch = serializers.FloatField()
    values = serializers.JSONField()


class RunSampleSerializer(serializers.Serializer):
    step = serializers.IntegerField()
    epoch = serializers.FloatField()
    url = serializers.CharField()


class WholeRunSerializer(serializers.Serializer):
    """A run with its curves and sample pictures."""

    run = TrainingRunSerializer()
    points = RunPointSerializer(many=True)
    samples = RunSampleSerializer(many=True)


class TrainingRunPageSerializer(PageSerializer):
    results = TrainingRunSerializer(many=True)
