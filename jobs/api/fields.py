"""Fields that several requests have: hints, geometry, and what a sender keeps with a job.

In forms they are JSON text, in JSON they are values.
"""

import json
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from colorweb.api.serializers import StrictSerializer
from colorweb.errors import DomainError
from ml.imaging import geometry, hints

MAX_REFERENCE = 200
MAX_KEYS, MAX_METADATA = 20, 4000  # keys; characters as JSON
FRACTION = {"type": "number", "minimum": 0, "maximum": 1}
AB = {"type": "number", "minimum": -hints.MAX_AB, "maximum": hints.MAX_AB}
ONE_HINT = {
    "type": "object",
    "properties": {
        "x": FRACTION,
        "y": FRACTION,
        "a": AB,
        "b": AB,
        "color": {"type": "string", "pattern": "^#[0-9a-fA-F]{6}$"},
        "radius": {"type": "number", "minimum": 0.5, "maximum": hints.MAX_RADIUS},
    },
    "required": ["x", "y"],
    "additionalProperties": False,
}


@extend_schema_field({"type": "array", "items": ONE_HINT, "maxItems": hints.MAX_HINTS})
class HintsField(serializers.JSONField):
    """Places whose color is known."""

    def __init__(self, **more: Any) -> None:
        super().__init__(
            help_text="Places whose color you know: `x`, `y` in 0..1 of the upright photo as it "
            "came, `a`, `b` in Lab as seen at vividness 1, or `color`; `radius` in pixels of a "
            "frame of 256. At most 64. JSON text in forms.",
            **more,
        )

    def to_internal_value(self, data: Any) -> list[dict[str, float]]:
        values = super().to_internal_value(data)
        try:
            return [hint.json for hint in hints.read(values)]
        except hints.HintError as error:
            raise _invalid("invalid_hint", index=error.index, why=str(error)) from error


@extend_schema_field(
    {
        "type": "object",
        "properties": {
            "turn": {"type": "integer", "enum": [0, *geometry.TURNS]},
            "corners": {
                "type": ["array", "null"],
                "items": {"type": "array", "items": FRACTION, "minItems": 2, "maxItems": 2},
                "minItems": 4,
                "maxItems": 4,
            },
        },
        "additionalProperties": False,
    }
)
class GeometryField(serializers.JSONField):
    """How the photo is turned and cut out."""

    def __init__(self, **more: Any) -> None:
        super().__init__(allow_null=True, **more)

    def to_internal_value(self, data: Any) -> Any:
        value = super().to_internal_value(data)
        try:
            return geometry.read(value).json
        except geometry.GeometryError as error:
            raise _invalid("invalid_geometry", why=str(error)) from error


@extend_schema_field(
    {
        "type": "object",
        "maxProperties": MAX_KEYS,
        "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
    }
)
class MetadataField(serializers.JSONField):
    """What a sender keeps with a job: flat, at most 20 keys and 4 kB."""

    def to_internal_value(self, data: Any) -> Any:
        value = super().to_internal_value(data)
        flat = isinstance(value, dict) and not any(
            isinstance(part, dict | list) for part in value.values()
        )
        if not flat:
            self.fail("invalid")
        if len(value) > MAX_KEYS or len(json.dumps(value)) > MAX_METADATA:
            raise serializers.ValidationError(
                f"At most {MAX_KEYS} keys and {MAX_METADATA} characters.", code="max_length"
            )
        return value


class OwnFields(StrictSerializer):
    """What its owner wants to know a thing by; nobody else sees it."""

    reference = serializers.CharField(
        max_length=MAX_REFERENCE,
        default="",
        allow_blank=True,
        help_text="Yours, to find it by (`?reference=`).",
    )
    metadata = MetadataField(default=dict, help_text="Yours: a flat object. JSON text in forms.")


def _invalid(code: str, **params: Any) -> serializers.ValidationError:
    return serializers.ValidationError(DomainError(code, **params).message, code=code)


class MadeFilter(serializers.Serializer):
    """When something was made."""

    lookups: ClassVar = {
        "created_after": "created_at__gte",
        "created_before": "created_at__lt",
        "reference": "reference",
    }

    created_after = serializers.DateTimeField(
        required=False, help_text="Only what was made then or later: `2026-11-22T20:15:00Z`."
    )
    created_before = serializers.DateTimeField(
        required=False, help_text="Only what was made before."
    )

    def filter(self, rows: Any) -> Any:
        """Those of `rows` that the parameters ask for. Raises ValidationError."""
        self.is_valid(raise_exception=True)
        asked = self.validated_data
        return rows.filter(
            **{self.lookups[name]: asked[name] for name in self.lookups if name in asked}
        )


class ReferenceFilter(MadeFilter):
    """That, and what its owner knows it by."""

    reference = serializers.CharField(
        max_length=MAX_REFERENCE, required=False, help_text="Only with this `reference`."
    )


CODES_OF_FILTERS = ("invalid", "overflow", "max_length", "null_characters_not_allowed")
