"""What the API takes and answers about versions of networks."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request

from colorweb.api.serializers import PageSerializer, StrictSerializer, shown
from colorweb.errors import plain
from ml.models import Evaluation, ModelVersion, Promotion
from ml.versions import canary, gate, registry

VERSION: dict[str, Any] = {
    "id": "7c1e8f0a-9d2b-4c61-8a53-0f6f0f2d1e44",
    "name": "resnet-gray-unet",
    "version": "3f1c9a7be204",
    "sha256": "3f1c9a7be204d5a1f0c4b7729e6a8813c5d0e2f49b6a7d8c1e3f5a2b4c6d8e0f",
    "bytes": 25_830_112,
    "architecture": "resnet-gray-unet",
    "in_service": False,
    "ships": False,
    "standing": "internal",
    "note": "Our street",
    "run": "5d8b7a52-2c0e-4c0a-9d3e-6f1b2a3c4d5e",
    "data_fingerprint": "9b74c9897bac770ffc029102a200c5de9b74c9897bac770ffc029102a200c5de",
    "recipe": {"preset": "quick", "base": "resnet-gray-unet@86ba7f19c9a1", "epochs": 3},
    "code_revision": "0ff1e56a3c1d7b2e9f4a6c8d0e2b4f6a8c0d2e4f",
    "metrics": {"mse": 0.0021},
    "card": {"name": "resnet-gray-unet", "default_size": 256},
    "created_by": "ada@example.org",
    "created_at": "2026-11-22T20:15:00.120000Z",
}
"""A version as the OpenAPI document shows it."""


class NewModelVersionSerializer(StrictSerializer):
    """Weights to be kept as a version."""

    file = serializers.FileField(help_text="A safetensors file with a model card.")
    name = serializers.RegexField(
        rf"^({registry.NAME.pattern})?$",
        max_length=60,
        default="",
        allow_blank=True,
        help_text="What people ask for; empty: the name on its card.",
    )
    note = serializers.CharField(max_length=2000, default="", allow_blank=True)


@extend_schema_serializer(examples=shown(VERSION))
class ModelVersionSerializer(serializers.ModelSerializer):
    """A set of weights, and all that is known about where they come from."""

    version = serializers.CharField(help_text="Distinguishes it from others of its name.")
    in_service = serializers.SerializerMethodField(help_text="Whether photos are given to it.")
    ships = serializers.BooleanField(help_text="Whether it came with the program.")
    run = serializers.UUIDField(source="run_id", allow_null=True, help_text="That trained it.")
    code_revision = serializers.CharField(
        help_text="Commit of the code that trained it, `-dirty` if changed; empty: not known."
    )
    created_by = serializers.CharField(allow_null=True, help_text="An account's address.")

    class Meta:
        model = ModelVersion
        fields = tuple(VERSION)
        read_only_fields = fields

    def get_in_service(self, version: ModelVersion) -> bool:
        return version == registry.current()


class ReasonSerializer(StrictSerializer):
    reason = serializers.CharField(
        max_length=2000, default="", allow_blank=True, help_text="Kept with the record."
    )


def reason_of(request: Request) -> str:
    """The reason in a request's body."""
    serializer = ReasonSerializer(data=request.data)
    serializer.is_valid(raise_exception=True)
    return str(serializer.validated_data["reason"])


class NewEvaluationSerializer(StrictSerializer):
    data_set = serializers.UUIDField(
        default=None,
        allow_null=True,
        help_text="Null: the photos that decide on promotion, which are those held out by the "
        "version's training and the reference set.",
    )


class PromotionErrorSerializer(serializers.Serializer):
    """Why it was refused or taken back."""

    code = serializers.SerializerMethodField()
    message = serializers.CharField(source="error_message")

    def to_representation(self, promotion: Promotion) -> dict[str, Any] | None:  # type: ignore[override]
        return super().to_representation(promotion) if promotion.error else None

    def get_code(self, promotion: Promotion) -> str:
        return plain(promotion.error["code"])


class StandingSerializer(StrictSerializer):
    standing = serializers.ChoiceField(
        ModelVersion.Standing.values,
        help_text="internal: visitors can use it while its name stands for it. offered: they can "
        "choose it. archived: nobody can; it stays on record.",
    )


class PromotionSerializer(serializers.ModelSerializer):
    """A version on its way into service, or taken back."""

    state = serializers.ChoiceField(
        Promotion.State.values,
        help_text="checking: a worker colors the sample photos with it. canary: it colors the "
        "photos of `share` percent of owners. serving, refused, rolled_back: decided.",
    )
    version = serializers.CharField(help_text="To be in service: `name@version`.")
    before = serializers.CharField(help_text="In service until then.")
    by = serializers.CharField(allow_null=True, help_text="An account's address.")
    gate = serializers.JSONField(help_text="What had been compared: `passed` and `lines`.")
    error = PromotionErrorSerializer(source="*", allow_null=True)
    check_result = serializers.JSONField(help_text="What coloring the sample photos showed.")
    share = serializers.IntegerField(help_text="Percent of owners whose photos it colors.")
    figures = serializers.SerializerMethodField(
        help_text="How the canary's jobs and the others ended: `jobs`, `failed`, `slow`, "
        "`median_ms` of each, `jobs_of_step` of `needed`, and the `allowed` share of bad ones."
    )

    class Meta:
        model = Promotion
        fields = (
            *("id", "kind", "state", "version", "before", "by", "reason", "gate", "error"),
            *("check_result", "share", "figures", "created_at", "ended_at"),
        )
        read_only_fields = fields

    def get_figures(self, promotion: Promotion) -> dict[str, Any]:
        return canary.shown_figures(promotion)


class PromotionPageSerializer(PageSerializer):
    results = PromotionSerializer(many=True)


class FigureSerializer(serializers.Serializer):
    """One figure on one set of photos."""

    data_set = serializers.CharField()
    metric = serializers.CharField(help_text="See docs/model.md.")
    ours = serializers.FloatField(help_text="Of the version.")
    theirs = serializers.FloatField(help_text="Of the one it is compared with.")
    worst = serializers.FloatField(help_text="The worst that passes.")
    passed = serializers.BooleanField()
    kind = serializers.CharField(allow_blank=True, help_text="Of photo; empty: of all kinds.")
    photos = serializers.IntegerField(help_text="How many.")
    margin = serializers.FloatField(allow_null=True, help_text="How much better than `worst`.")
    low = serializers.FloatField(allow_null=True, help_text="Of its interval of 95 %.")
    high = serializers.FloatField(allow_null=True)


class EvaluationSerializer(serializers.ModelSerializer):
    """A version compared with the one that was in service."""

    version = serializers.CharField()
    against = serializers.CharField()
    error = serializers.CharField(source="error_message", allow_blank=True)
    passed = serializers.SerializerMethodField(
        help_text="Null until it is measured, or with fewer than 50 photos."
    )
    figures = serializers.SerializerMethodField()

    class Meta:
        model = Evaluation
        fields = (
            *("id", "version", "against", "is_gate", "state", "progress", "error", "passed"),
            *("figures", "created_at", "finished_at"),
        )
        read_only_fields = fields

    def get_passed(self, evaluation: Evaluation) -> bool | None:
        return gate.figures(evaluation)["passed"]

    @extend_schema_field(FigureSerializer(many=True))
    def get_figures(self, evaluation: Evaluation) -> list[dict[str, Any]]:
        return [asdict(line) for line in gate.lines(evaluation)]
