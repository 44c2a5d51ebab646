"""What the API takes."""

from rest_framework import serializers

from jobs.intake import Options
from jobs.models import EXTENSIONS, Photo
from ml import catalog


class NewJob(serializers.Serializer):
    """A photo to colour, and how."""

    image = serializers.FileField(allow_empty_file=True, max_length=None)
    vividness = serializers.FloatField(min_value=0, max_value=2, default=1.0)
    size = serializers.IntegerField(min_value=64, max_value=512, default=None, allow_null=True)
    model = serializers.CharField(max_length=60, default="", allow_blank=True)
    format = serializers.ChoiceField(list(EXTENSIONS), default="", allow_blank=True)
    visibility = serializers.ChoiceField(Photo.Visibility.choices, default=Photo.Visibility.PRIVATE)

    def validate_model(self, name: str) -> str:
        """Refuse a model that is not here, naming those that are."""
        try:
            catalog.find(name)
        except LookupError as error:
            raise serializers.ValidationError(str(error), code="unknown_model") from error
        return name

    @property
    def options(self) -> Options:
        """The wishes among the validated fields."""
        data = self.validated_data
        return Options(data["vividness"], data["size"], data["format"], data["model"])
