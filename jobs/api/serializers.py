"""What the API takes."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers

from colorweb.accounts.models import ApiToken
from jobs.intake import Options
from jobs.models import EXTENSIONS, Photo, State
from ml import catalog


class NewJob(serializers.Serializer):
    """A photo to colour, and how."""

    image = serializers.FileField(
        allow_empty_file=True,
        max_length=None,
        help_text="JPEG, PNG, WebP, TIFF, HEIC, AVIF, BMP or GIF, by content, not by name.",
    )
    vividness = serializers.FloatField(
        min_value=0, max_value=2, default=1.0, help_text="0 muted, 1 as usual, 2 strong."
    )
    size = serializers.IntegerField(
        min_value=64,
        max_value=512,
        default=None,
        allow_null=True,
        help_text="Short side the network sees, pixels; empty: the model's own. The result has "
        "the photo's full size whatever this is.",
    )
    model = serializers.CharField(
        max_length=60,
        default="",
        allow_blank=True,
        help_text="A name from `models/`; empty: the default.",
    )
    format = serializers.ChoiceField(
        list(EXTENSIONS),
        default="",
        allow_blank=True,
        help_text="Of the result; empty: JPEG, or PNG where the photo has transparent parts.",
    )
    visibility = serializers.ChoiceField(
        Photo.Visibility.choices,
        default=Photo.Visibility.PRIVATE,
        help_text="public: shown in the gallery once it is coloured.",
    )

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


class WhichJobs(serializers.Serializer):
    """Which of one's jobs to list."""

    id = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        max_length=100,
        help_text="Only these, all on one page; repeat the parameter. Unknown ones are left out.",
    )
    status = serializers.MultipleChoiceField(
        choices=State.values,
        required=False,
        help_text="Only in these states; repeat the parameter.",
    )


class NewToken(serializers.Serializer):
    """A token to be made."""

    name = serializers.CharField(max_length=100, help_text="For you, to recognise it by.")
    scopes = serializers.ListField(
        child=serializers.ChoiceField(ApiToken.Scope.values),
        default=[ApiToken.Scope.READ.value, ApiToken.Scope.WRITE.value],
        allow_empty=False,
        max_length=10,
        help_text="read: see jobs and files. write: send, cancel, delete. staff: run the site.",
    )
    expires_at = serializers.DateTimeField(default=None, allow_null=True, help_text="null: never.")

    def validate_expires_at(self, moment: datetime | None) -> datetime | None:
        """Refuse what would be over before it begins."""
        if moment and moment <= timezone.now():
            raise serializers.ValidationError(_("This moment has passed."))
        return moment
