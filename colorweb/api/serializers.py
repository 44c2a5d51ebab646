"""What bodies of every part are checked by, and shapes that answers of every part have."""

import threading
from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import Any, ClassVar

from django.utils.functional import cached_property
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


# A docstring would be that of its heirs in the document of the API.
class RowSerializer(serializers.Serializer):
    # Writes rows, whose attributes its fields name; one that is not required is its own to add.
    # How each field is read is found out once: for each row it takes REST framework longer than
    # reading.

    def to_representation(self, row: Any) -> Any:
        return {name: read(row) for name, read in self._readers}

    @cached_property
    def _readers(self) -> list[tuple[str, Callable[[Any], Any]]]:
        return [
            (str(field.field_name), _reader(field))
            for field in self._readable_fields
            if field.required or field.read_only
        ]


class MomentField(serializers.DateTimeField):
    """A moment of a row, which is in UTC as those of answers are."""

    def to_representation(self, moment: Any) -> str:
        return str(moment.isoformat()).replace("+00:00", "Z")


PLAIN = (serializers.IntegerField, serializers.FloatField, serializers.BooleanField)
"""Fields of what a row holds as JSON writes it."""


def _reader(field: serializers.Field) -> Callable[[Any], Any]:
    write = field.to_representation
    if field.source == "*":
        return write
    if type(field) in PLAIN:
        return attrgetter(str(field.source))
    is_usual = type(field).get_attribute is serializers.Field.get_attribute
    get = attrgetter(str(field.source)) if is_usual else field.get_attribute

    def read(row: Any) -> Any:
        value = get(row)
        return None if value is None else write(value)

    return read


def show(kind: type[serializers.Serializer], row: Any, context: Mapping[str, Any]) -> Any:
    """A row as a serializer of that kind shows it."""
    return _of_thread(kind, context, many=False).to_representation(row)


def show_all(
    kind: type[serializers.Serializer], rows: Iterable[Any], context: Mapping[str, Any]
) -> list[Any]:
    """Many rows, in the same way."""
    return list(_of_thread(kind, context, many=True).to_representation(rows))


def _of_thread(
    kind: type[serializers.Serializer], context: Mapping[str, Any], *, many: bool
) -> serializers.BaseSerializer:
    """A serializer that this thread keeps: making one, with the fields of all within it, takes as
    long as using it.
    """
    kept: dict[Any, serializers.BaseSerializer] = _kept.__dict__
    serializer = kept.get((kind, many)) or kept.setdefault((kind, many), kind(many=many))
    serializer._context = context  # noqa: SLF001 - REST framework sets it when it is made
    return serializer


_kept = threading.local()


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
