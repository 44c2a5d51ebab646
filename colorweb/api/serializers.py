"""What bodies of every part are checked by, and shapes that answers of every part have."""

from collections.abc import Mapping
from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from colorweb.api import strict

LISTS = (serializers.ListField, serializers.MultipleChoiceField)


class StrictSerializer(serializers.Serializer):
    """What a request holds: names that are not its fields, and JSON of other types, are refused.

    `renamed` maps names of before to those of now, for a refusal that says so.
    """

    renamed: ClassVar[Mapping[str, str]] = {}

    def to_internal_value(self, data: Any) -> Any:
        strict.check_body(data, names_of(self))
        strict.check_types(data, self.fields)
        return super().to_internal_value(data)


def names_of(serializer: serializers.Serializer) -> strict.Names:
    """The names that a serializer reads."""
    fields = {str(name): field for name, field in serializer.fields.items() if not field.read_only}
    lists = {name for name, field in fields.items() if isinstance(field, LISTS)}
    return strict.Names(set(fields), lists, getattr(serializer, "renamed", {}))


MAX_PAGE_SIZE = 100


class PageParams(serializers.Serializer):
    """How long a page of a list is."""

    page_size = serializers.IntegerField(
        min_value=1, max_value=MAX_PAGE_SIZE, default=50, help_text="Rows of a page."
    )


class PageSerializer(serializers.Serializer):
    next = serializers.URLField(allow_null=True, help_text="The page after this one.")
    previous = serializers.URLField(allow_null=True)


class ProblemEntrySerializer(serializers.Serializer):
    code = serializers.CharField()
    detail = serializers.CharField()
    attr = serializers.CharField(allow_null=True, help_text="The field it is about.")


class ProblemSerializer(serializers.Serializer):
    """Every error, in the format of RFC 9457, with a stable code."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField(help_text="Stable, for programs.")
    detail = serializers.CharField(help_text="For people: what happened and what to do.")
    errors = ProblemEntrySerializer(many=True)  # type: ignore[assignment]


def shown(*examples: dict[str, Any]) -> list[OpenApiExample]:
    """What `extend_schema_serializer` takes as a serializer's examples."""
    return [
        OpenApiExample(
            str(value.get("status", "example")),
            value,
            response_only=True,
            status_codes=["200", "201", "202"],
        )
        for value in examples
    ]
