"""Data sets as JSON, and what the API takes to add one or to start a run."""

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from colorweb.api.serializers import PageSerializer, StrictSerializer
from ml.models import DataSet
from ml.training.options import BOUNDS, PRECISIONS, PRESETS


class NewDataSet(StrictSerializer):
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
        return reverse("data-set-sheet", args=[data_set.pk]) if data_set.sheet else None


class DataSetPageSerializer(PageSerializer):
    results = DataSetSerializer(many=True)


def _figure(name: str, kind: Any = serializers.IntegerField, **more: Any) -> Any:
    lowest, highest = BOUNDS[name]
    return kind(min_value=lowest, max_value=highest, **{"default": None, "allow_null": True} | more)


class RunOptionsSerializer(StrictSerializer):
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


class NewRun(StrictSerializer):
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


class RunChanges(StrictSerializer):
    """What people wrote about a run."""

    name = serializers.CharField(max_length=100, required=False)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True)
