"""What the API takes to color: a file in a form, or JSON with the file in it or its address."""

import base64
import binascii
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from typing import Any, ClassVar

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.utils.translation import gettext as _
from rest_framework import serializers

from colorweb.accounts.visitors import Visitor
from colorweb.api.parsers import MAX_JSON_BYTES
from colorweb.errors import DomainError
from colorweb.http import outgoing
from jobs.api.fields import HintsField, OwnFields
from jobs.api.serializers import callable_url
from jobs.models import DEPTHS, EXTENSIONS, Photo
from jobs.photos import fetch
from jobs.photos.intake import Options
from jobs.queue import limits
from ml.imaging.encoding import DEEP
from ml.imaging.vividness import CALM, STEPS, VIVID
from ml.versions import offers, registry

MIN_NETWORK_SIZE, MAX_NETWORK_SIZE = 64, 512  # pixels of the short side


class OptionFields(OwnFields):
    """How a photo is to be colored, and what happens then."""

    renamed: ClassVar = {"size": "network_size"}

    vividness = serializers.FloatField(
        min_value=CALM,
        max_value=VIVID,
        default=None,
        allow_null=True,
        help_text=f"The photo's first look: {STEPS}; empty: your account's own.",
    )
    network_size = serializers.IntegerField(
        min_value=MIN_NETWORK_SIZE,
        max_value=MAX_NETWORK_SIZE,
        default=None,
        allow_null=True,
        help_text="Short side the network sees, pixels; empty: the model's own. The result has "
        "the photo's full size whatever this is.",
    )
    model = serializers.CharField(
        max_length=80,
        default="",
        allow_blank=True,
        help_text="A name from `models/`, or one of its versions as `name@version`; empty: the "
        "one in service.",
    )
    format = serializers.ChoiceField(
        list(EXTENSIONS),
        default="",
        allow_blank=True,
        help_text="Of the result; empty: JPEG, or PNG where the photo has transparent parts or "
        "`depth` is 16.",
    )
    depth = serializers.ChoiceField(
        DEPTHS, default=8, help_text="Bits a channel of the result; 16 for PNG and TIFF."
    )
    webhook_url = serializers.CharField(
        max_length=outgoing.MAX_URL_LENGTH,
        default="",
        allow_blank=True,
        help_text="Called when the job ends, signed with `webhook_secret` of `me/`.",
    )
    visibility = serializers.ChoiceField(
        Photo.Visibility.choices,
        default=Photo.Visibility.PRIVATE,
        help_text="Once it is colored. public: shown in the gallery. unlisted: shown to anyone who "
        "knows its permalink.",
    )

    def validate_model(self, name: str) -> str:
        """Refuse a model that is not here, naming those that are."""
        return known_model(name)

    def validate_webhook_url(self, url: str) -> str:
        """Refuse an address that would never be called."""
        return callable_url(url) if url else url

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse 16 bits where the format holds 8."""
        if attrs["depth"] == 16 and attrs["format"] not in ("", *DEEP):
            message = DomainError("depth_unsupported", format=attrs["format"].upper()).message
            raise serializers.ValidationError({"depth": message}, code="depth_unsupported")
        return attrs

    @property
    def options(self) -> Options:
        """The options among the validated fields."""
        data = self.validated_data
        return Options(**{one.name: data[one.name] for one in fields(Options) if one.name in data})

    @property
    def chosen(self) -> dict[str, Any]:
        """All but the photo itself, which makes two requests ask for the same."""
        data = self.validated_data
        return {name: data[name] for name in OPTIONS if name in data}


def known_model(name: str) -> str:
    """A model's name as it is. Raises ValidationError, naming those that are here, and DomainError
    for one that is archived.
    """
    try:
        offers.usable(name)
    except LookupError as error:
        raise serializers.ValidationError(str(error), code="unknown_model") from error
    return name


class OnePhoto(OptionFields):
    """What only a single photo has."""

    hints = HintsField(default=list)
    page = serializers.IntegerField(
        min_value=1, default=1, help_text="Of a file of several pages: which to color."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse hints where the model takes none."""
        super().validate(attrs)
        if attrs["hints"] and not (network := registry.resolve(attrs["model"])).takes_hints:
            message = DomainError("hints_unsupported", name=network.name).message
            raise serializers.ValidationError({"hints": message}, code="hints_unsupported")
        return attrs


OPTIONS = tuple(map(str, OnePhoto().fields))


class NewJob(OnePhoto):
    """A photo to color, and how."""

    image = serializers.FileField(
        allow_empty_file=True,
        max_length=None,
        help_text="JPEG, PNG, WebP, TIFF, HEIC, AVIF, BMP, GIF, JPEG 2000, JPEG XL, a scan in a "
        "PDF, or camera raw, by content, not by name.",
    )

    photo_field = "image"

    @property
    def identity(self) -> UploadedFile | str:
        """What makes two requests be about the same photo."""
        return self.validated_data["image"]

    @contextmanager
    def upload(self, visitor: Visitor) -> Iterator[UploadedFile]:
        """The photo's file."""
        yield self.validated_data["image"]


class NewJobInJson(OnePhoto):
    """A photo to color, in base64 or by its address, and how."""

    image_base64 = serializers.CharField(
        required=False,
        max_length=MAX_JSON_BYTES,
        help_text="The file in base64; this or `image_url`.",
    )
    image_url = serializers.CharField(
        max_length=outgoing.MAX_URL_LENGTH,
        required=False,
        help_text="Where the file is; for servers that allow it. Redirects are followed.",
    )
    name = serializers.CharField(
        max_length=200, default="photo", help_text="The file's name; for `image_base64`."
    )

    def validate_image_base64(self, text: str) -> bytes:
        """The file, from plain base64 or a data: URL."""
        if text.startswith("data:"):
            text = text.partition(",")[2]
        try:
            return base64.b64decode("".join(text.split()), validate=True)
        except (binascii.Error, ValueError) as error:
            raise serializers.ValidationError(_("This is not base64.")) from error

    def validate_image_url(self, url: str) -> str:
        """Refuse an address where nothing would be fetched."""
        if not settings.URL_INTAKE:
            raise serializers.ValidationError(
                _("This server fetches no photos. Send the file itself."), code="url_intake_off"
            )
        return callable_url(url)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Exactly one photo."""
        present = [name for name in ("image_base64", "image_url") if name in attrs]
        if not present:
            raise serializers.ValidationError(
                {"image_base64": _("Send a photo: image_base64 or image_url.")}, code="required"
            )
        if len(present) > 1:
            raise serializers.ValidationError(
                {"image_url": _("Send either image_base64 or image_url.")}
            )
        return super().validate(attrs)

    @property
    def photo_field(self) -> str:
        """The field that the photo came in."""
        return "image_url" if "image_url" in self.validated_data else "image_base64"

    @property
    def identity(self) -> UploadedFile | str:
        """What makes two requests be about the same photo: its content, or its address."""
        return self.validated_data.get("image_url") or self._file()

    @contextmanager
    def upload(self, visitor: Visitor) -> Iterator[UploadedFile]:
        """The photo's file, fetched if need be: not for a photo that would not be taken."""
        if self.photo_field == "image_base64":
            yield self._file()
            return
        limits.check(visitor)
        try:
            with fetch.fetched(self.validated_data["image_url"], visitor) as upload:
                yield upload
        except outgoing.Unreachable as error:
            raise _refused(str(error), "url_unreachable") from error
        except outgoing.Forbidden as error:
            raise _refused(str(error), "url_refused") from error
        except DomainError as error:
            if error.code != "url_unreachable":
                raise
            raise _refused(error.message, error.code) from error

    def _file(self) -> UploadedFile:
        data = self.validated_data
        return SimpleUploadedFile(data["name"], data["image_base64"])


class NewBatch(OptionFields):
    """Photos to color alike: several files, or a zip."""

    image = serializers.ListField(
        child=serializers.FileField(allow_empty_file=True, max_length=None),
        required=False,
        allow_empty=False,
        max_length=settings.UPLOAD_MAX_FILES,
        help_text="Files; repeat the part.",
    )
    archive = serializers.FileField(
        required=False,
        max_length=None,
        help_text="A zip of files, with folders or without; or a TIFF, PDF or HEIC of several "
        "pages, of which each becomes a photo (at most 200).",
    )
    visibility = serializers.ChoiceField(
        [Photo.Visibility.PRIVATE.value, Photo.Visibility.PUBLIC.value],
        default=Photo.Visibility.PRIVATE,
        help_text="public: each is shown in the gallery once it is colored.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Either the one or the other."""
        super().validate(attrs)
        if ("image" in attrs) == ("archive" in attrs):
            raise serializers.ValidationError(
                {"image": _("Send photos as image, or a zip as archive.")}, code="required"
            )
        return attrs


def _refused(message: str, code: str) -> serializers.ValidationError:
    return serializers.ValidationError({"image_url": message}, code=code)
