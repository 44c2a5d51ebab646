"""What the API takes and answers about versions of networks."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from ml import gate
from ml.models import Evaluation, Promotion


class ReasonSerializer(serializers.Serializer):
    reason = serializers.CharField(
        max_length=2000, default="", allow_blank=True, help_text="Kept with the record."
    )


def reason_of(request: Request) -> str:
    """The reason in a request's body."""
    given = ReasonSerializer(data=request.data)
    given.is_valid(raise_exception=True)
    return str(given.validated_data["reason"])


class NewEvaluationSerializer(serializers.Serializer):
    data_set = serializers.UUIDField(
        default=None,
        allow_null=True,
        help_text="Null: the photos that decide on promotion, which are those kept apart by the "
        "version's training and the reference set.",
    )


class PromotionSerializer(serializers.ModelSerializer):
    """A change of the version in service."""

    version = serializers.CharField(help_text="In service since: `name@version`.")
    before = serializers.CharField(help_text="In service until then.")
    by = serializers.CharField(allow_null=True, help_text="An account's address.")
    gate = serializers.JSONField(help_text="What had been compared: `passed` and `lines`.")

    class Meta:
        model = Promotion
        fields = ("kind", "version", "before", "by", "reason", "gate", "created_at")
        read_only_fields = fields


class FigureSerializer(serializers.Serializer):
    """One figure on one set of photos."""

    data_set = serializers.CharField()
    metric = serializers.CharField(help_text="See docs/model.md.")
    ours = serializers.FloatField(help_text="Of the version.")
    theirs = serializers.FloatField(help_text="Of the one it is compared with.")
    worst = serializers.FloatField(help_text="The worst that passes.")
    passed = serializers.BooleanField()


class EvaluationSerializer(serializers.ModelSerializer):
    """A version measured beside the one that was in service."""

    version = serializers.CharField()
    against = serializers.CharField()
    error = serializers.CharField(source="error_message", allow_blank=True)
    passed = serializers.SerializerMethodField(help_text="Null until it is measured.")
    figures = serializers.SerializerMethodField()

    class Meta:
        model = Evaluation
        fields = (
            *("id", "version", "against", "is_gate", "state", "progress", "error", "passed"),
            *("figures", "created_at", "finished_at"),
        )
        read_only_fields = fields

    def get_passed(self, evaluation: Evaluation) -> bool | None:
        found = gate.lines(evaluation)
        return all(line.passed for line in found) if found else None

    @extend_schema_field(FigureSerializer(many=True))
    def get_figures(self, evaluation: Evaluation) -> list[dict[str, Any]]:
        return [asdict(line) for line in gate.lines(evaluation)]
