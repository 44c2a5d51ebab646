"""What the API takes."""

from datetime import datetime
from typing import ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers

from colorweb.accounts.models import ApiToken
from colorweb.api.serializers import StrictSerializer
from colorweb.http import outgoing
from jobs.api.fields import ReferenceFilter
from jobs.models import DEPTHS, EXTENSIONS, USUAL, Event, State
from jobs.results import renditions
from jobs.sharing import gallery
from ml.imaging.vividness import STEPS, VIVID


def callable_url(url: str) -> str:
    """An address that may be called, as far as it shows."""
    try:
        outgoing.check(url)
    except outgoing.Forbidden as error:
        raise serializers.ValidationError(str(error), code="url_refused") from error
    return url


class JobFilter(ReferenceFilter):
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


class GalleryFilter(serializers.Serializer):
    """What to go through the gallery by."""

    order = serializers.ChoiceField(
        list(gallery.ORDERS),
        default="newest",
        help_text="newest: the last published first. likes: the most liked first.",
    )


class FileParams(serializers.Serializer):
    """A result's file; what is not given is as in the job, or as the photo's look has it."""

    renamed: ClassVar = {"size": "long_side"}

    format = serializers.ChoiceField(
        list(EXTENSIONS), required=False, help_text="Another one than the job's."
    )
    depth = serializers.ChoiceField(
        DEPTHS, required=False, help_text="Bits a channel; 16 for PNG and TIFF."
    )
    long_side = serializers.IntegerField(
        min_value=renditions.SMALLEST,
        max_value=100_000,
        required=False,
        help_text="Pixels; nothing is made larger than the photo.",
    )
    vividness = serializers.FloatField(
        min_value=0, max_value=VIVID, required=False, help_text=f"{STEPS}."
    )
    tones = serializers.FloatField(
        min_value=0, max_value=1, required=False, help_text="How far faded tones are restored."
    )
    keep_metadata = serializers.BooleanField(
        default=False,
        help_text=(
            "Title, caption, date and people as they are written, and camera and copyright as the "
            "photo had them."
        ),
    )


class DeleteParams(serializers.Serializer):
    """Whether a deleted photo can be brought back."""

    for_good = serializers.BooleanField(default=False, help_text="Past the trash, at once.")


class NewToken(StrictSerializer):
    """A token to be made."""

    name = serializers.CharField(max_length=100, help_text="For you, to recognize it by.")
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
            raise serializers.ValidationError(_("This time is in the past."))
        return moment


class ChangedEndpoint(StrictSerializer):
    """What can be changed of a webhook endpoint."""

    url = serializers.CharField(
        max_length=outgoing.MAX_URL_LENGTH,
        required=False,
        help_text="A public address that answers POST with 2xx; https:// unless the site allows "
        "more.",
    )
    events = serializers.ListField(
        child=serializers.ChoiceField(Event.values),
        allow_empty=False,
        max_length=10,
        required=False,
        help_text="Events to send.",
    )

    def validate_url(self, url: str) -> str:
        """Refuse an address that would never be called."""
        return callable_url(url)


class NewEndpoint(ChangedEndpoint):
    """A webhook endpoint to be made."""

    url = serializers.CharField(
        max_length=outgoing.MAX_URL_LENGTH,
        help_text="A public address that answers POST with 2xx; https:// unless the site allows "
        "more.",
    )
    events = serializers.ListField(
        child=serializers.ChoiceField(Event.values),
        allow_empty=False,
        max_length=10,
        default=list(USUAL),
        help_text="Events to send; by default all but `job.started` and `job.progressed`.",
    )
