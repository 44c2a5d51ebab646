"""Jobs as lists on pages show them: cards of one's own photos, and prints of published ones.

Of `JobSerializer` only what those show, since a page has many. The context names the `host`.
"""

from rest_framework import serializers

from colorweb.api.serializers import MomentField, RowSerializer
from jobs.models import Photo, State
from jobs.serializers.addresses import AddressField, FileField, UrlsSerializer
from jobs.serializers.job_parts import JobErrorSerializer, succeeded
from jobs.serializers.jobs import JobProgressSerializer


class CardPhotoSerializer(RowSerializer):
    id = serializers.UUIDField(source="photo.id")
    # Texts: templates ask of each number how the reader's language writes it.
    width = serializers.CharField(source="shown_width")
    height = serializers.CharField(source="shown_height")
    visibility = serializers.ChoiceField(Photo.Visibility.values, source="photo.visibility")


class CardUrlsSerializer(UrlsSerializer):
    page = AddressField("job", "")
    card = FileField("card", "", when=succeeded, in_look=True)
    gray_card = FileField("gray_card", "")


class CardSerializer(JobProgressSerializer):
    """One of the visitor's own jobs."""

    status = serializers.ChoiceField(State.values, source="state")
    error = JobErrorSerializer(source="*")
    name = serializers.CharField(source="photo")
    photo = CardPhotoSerializer(source="*")
    urls = CardUrlsSerializer(source="*")
    created_at = MomentField()


class PrintPhotoSerializer(RowSerializer):
    id = serializers.UUIDField(source="photo.id")
    title = serializers.CharField(source="photo.title")
    alt = serializers.CharField(source="photo.alt")
    width = serializers.CharField(source="shown_width")
    height = serializers.CharField(source="shown_height")
    likes = serializers.IntegerField(source="photo.likes")


class PrintUrlsSerializer(UrlsSerializer):
    permalink = AddressField("photo", "", key="photo_id")
    card = FileField("card", "", in_look=True)
    gray_card = FileField("gray_card", "")
    like = AddressField("photo-like", "", key="photo_id")
    likes = AddressField("api-like", "", key="photo_id")


class PrintSerializer(RowSerializer):
    """A published job: what anybody may know of it."""

    photo = PrintPhotoSerializer(source="*")
    urls = PrintUrlsSerializer(source="*")
