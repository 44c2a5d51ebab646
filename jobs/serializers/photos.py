"""A photo as its owner sees it, its albums, and the links to both."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from rest_framework import serializers

from colorweb.api.serializers import MomentField, PageSerializer, RowSerializer, show
from jobs.models import DEPTHS, Album, Photo, ShareLink
from jobs.serializers.addresses import AddressField, UrlsSerializer, absolute
from jobs.serializers.job_parts import LookSerializer
from jobs.serializers.jobs import JobSerializer
from jobs.serializers.notes import NoteSerializer


class PhotoUrlsSerializer(UrlsSerializer):
    self = AddressField("api-photo", "This photo.")
    page = AddressField("photo", "For people.")
    versions = AddressField("api-photo-versions", "The ways it was colored.")
    result = AddressField(
        "api-photo-result",
        "The full-size file, as the look has it; null until it is colored.",
        when=lambda photo: photo.version_id is not None,
    )
    links = AddressField("api-photo-links", "Links that show it to others.")


class PhotoSerializer(RowSerializer):
    """A photo, as its owner sees it."""

    id = serializers.UUIDField()
    name = serializers.CharField(help_text="The file's name as it was sent.")
    title = serializers.CharField(allow_blank=True)
    alt = serializers.CharField(
        allow_blank=True, help_text="What can be seen, for who does not see it."
    )
    caption = serializers.CharField(allow_blank=True)
    taken = serializers.CharField(
        allow_blank=True, help_text="1931, 1931-05 or 1931-05-12; empty: not known."
    )
    people = serializers.ListField(child=serializers.CharField(), help_text="Who is in it.")
    visibility = serializers.ChoiceField(Photo.Visibility.values)
    look = LookSerializer(source="*")
    width = serializers.IntegerField(help_text="Pixels, upright, as it came.")
    height = serializers.IntegerField()
    format = serializers.CharField()
    bytes = serializers.IntegerField()
    depth = serializers.ChoiceField(DEPTHS, help_text="Bits a channel.")
    pages = serializers.IntegerField(help_text="How many its file has.")
    page = serializers.IntegerField(help_text="The one it is, from 1.")
    notes = NoteSerializer(
        many=True, source="noticed", help_text="What was noticed when the file was read."
    )
    has_color = serializers.BooleanField(help_text="It was not gray when it came.")
    likes = serializers.IntegerField()
    version = serializers.UUIDField(
        source="version_id", allow_null=True, help_text="The job whose colors are shown."
    )
    newest = serializers.UUIDField(source="newest_id", help_text="Its newest job.")
    urls = PhotoUrlsSerializer(source="*")
    created_at = MomentField()


class PhotoPageSerializer(PageSerializer):
    results = PhotoSerializer(many=True)


class TrashedUrlsSerializer(UrlsSerializer):
    self = AddressField("api-trashed", "This photo, in the trash. DELETE: for good.")
    restore = AddressField("api-trash-restore", "POST here to bring it back.")
    picture = AddressField("trash-picture", "Small, JPEG; in color if it was colored.")


class TrashedPhotoSerializer(serializers.Serializer):
    """A photo that its account has deleted."""

    id = serializers.UUIDField()
    name = serializers.CharField(help_text="The file's name as it was sent.")
    title = serializers.CharField(allow_blank=True)
    bytes = serializers.IntegerField(
        source="stored_bytes", help_text="Of all its files: what deleting it for good frees."
    )
    created_at = MomentField()
    trashed_at = MomentField()
    expires_at = serializers.SerializerMethodField(help_text="Then it is deleted for good.")
    urls = TrashedUrlsSerializer(source="*")

    def get_expires_at(self, photo: Photo) -> datetime | None:
        return photo.trashed_at and photo.trashed_at + settings.TRASH_RETENTION


class TrashPageSerializer(PageSerializer):
    results = TrashedPhotoSerializer(many=True)


class VersionsSerializer(serializers.Serializer):
    """The finished colorings of a photo, the newest first, and the one in use."""

    version = serializers.UUIDField(allow_null=True, help_text="The one in use.")
    results = JobSerializer(many=True)


class SuggestedColorSerializer(serializers.Serializer):
    a = serializers.FloatField(help_text="In Lab, as seen at vividness 1.")
    b = serializers.FloatField()
    hex = serializers.CharField(help_text="#rrggbb, at the lightness of the place.")
    share = serializers.FloatField(help_text="How likely, 0 to 1.")


class SuggestionsSerializer(serializers.Serializer):
    colors = SuggestedColorSerializer(many=True)


class ShareLinkSerializer(serializers.Serializer):
    """A link that shows a photo or an album to anyone who has it."""

    id = serializers.IntegerField()
    url = serializers.SerializerMethodField(help_text="What to give away.")
    has_password = serializers.BooleanField(source="password")
    sender = serializers.CharField(allow_blank=True, help_text="Who sends it, as they wrote.")
    message = serializers.CharField(allow_blank=True, help_text="To who opens it.")
    originals = serializers.BooleanField(help_text="It shows the photos before, too.")
    downloads = serializers.BooleanField(help_text="Full-size files may be downloaded.")
    contributions = serializers.BooleanField(
        help_text="Of an album: who opens it may add photos; you accept them first."
    )
    expires_at = MomentField(allow_null=True, help_text="null: when it is revoked.")
    created_at = MomentField()

    def get_url(self, link: ShareLink) -> str:
        return absolute(self.context["host"], reverse("shared", args=[link.token]))


class ShareLinksSerializer(serializers.Serializer):
    results = ShareLinkSerializer(many=True)


class AlbumUrlsSerializer(UrlsSerializer):
    self = AddressField("api-album", "This album.")
    photos = AddressField("api-album-photos", "Its photos, in its order.")
    links = AddressField("api-album-links", "Links that show it to others.")


class AlbumSerializer(serializers.Serializer):
    """Photos in an order, with one way of sharing."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    sort = serializers.ChoiceField(Album.Sort.values)
    count = serializers.IntegerField(help_text="How many photos are in it.")
    urls = AlbumUrlsSerializer(source="*")
    created_at = MomentField()


class AlbumPageSerializer(PageSerializer):
    results = AlbumSerializer(many=True)


class AlbumPhotoSerializer(PhotoSerializer):
    """A photo's place in an album."""

    giver = serializers.CharField(allow_blank=True, help_text="Who added it; empty: you.")
    accepted = serializers.BooleanField(
        help_text="Shown to others. What somebody else added waits until you send it in `photos`."
    )

    def to_representation(self, place: Any) -> dict[str, Any]:
        rest = {"giver": place.giver, "accepted": place.accepted}
        return show(PhotoSerializer, place.photo, self.context) | rest


class AlbumPhotosSerializer(serializers.Serializer):
    results = AlbumPhotoSerializer(many=True)
