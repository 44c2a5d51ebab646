"""What intake noticed about a file that it could read all the same."""

from typing import Any

from django.utils.translation import gettext
from rest_framework import serializers

from ml.imaging.notes import NOTES


class NoteSerializer(serializers.Serializer):
    """A note as `Photo.notes` keeps it, in the reader's language."""

    code = serializers.ChoiceField(list(NOTES), help_text="Stable, for programs.")
    detail = serializers.SerializerMethodField(help_text="For people, in the language asked for.")

    def get_detail(self, note: dict[str, Any]) -> str:
        return gettext(NOTES[note["code"]]) % note
