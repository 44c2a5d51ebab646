"""Shapes that answers of every part have."""

from rest_framework import serializers


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
