"""Bodies, read within bounds: what a program sends must not fill the memory of the web process."""

import shutil
from collections.abc import Mapping
from io import BytesIO
from typing import IO, Any

from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, FileUploadParser, JSONParser, MultiPartParser

from colorweb.errors import DomainError

MAX_JSON_BYTES = 32_000_000
"""Bytes; room for a photo of 24 MB in base64."""
MAX_JSON_VALUES = 20_000
"""What a body has of commas and opening brackets; as Python objects each takes fifty times its
bytes. A photo in base64 has none."""


class JSON(BaseParser):
    """JSON that is neither too long, nor too deep, nor of too many parts.

    No subclass of the framework's: for those it reads the body first, by Django's limit of 2.5 MB.
    """

    media_type = JSONParser.media_type

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        body = stream.read(MAX_JSON_BYTES + 1)
        if len(body) > MAX_JSON_BYTES:
            raise DomainError("too_many_bytes.json", limit=MAX_JSON_BYTES // 1_000_000)
        if sum(map(body.count, (b",", b"[", b"{"))) > MAX_JSON_VALUES:
            raise ParseError(_("This JSON has too many parts."))
        try:
            return JSONParser().parse(BytesIO(body), media_type, parser_context)
        except RecursionError as error:
            raise ParseError(_("This JSON has too many parts.")) from error


class MultiPart(MultiPartParser):
    """Forms with no more files, fields or text than the settings allow."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except SuspiciousOperation as error:
            raise ParseError(
                _("The form has too many parts, or too long a text in one of them.")
            ) from error


class Picture(BaseParser):
    """A body that is a photo and nothing else, as `curl --data-binary` sends it: field `image`.

    Its name is that of `Content-Disposition`, if there is one.
    """

    media_type = "image/*"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        context = {**(parser_context or {}), "kwargs": {}}
        name = FileUploadParser().get_filename(stream, media_type, context)
        upload = TemporaryUploadedFile(name or "photo", media_type or "", 0, None)
        shutil.copyfileobj(stream, upload)
        upload.size = upload.tell()
        upload.seek(0)
        files = MultiValueDict({"image": [upload]})
        # Closed with the request, as a form's are.
        context["request"]._request._files = files  # noqa: SLF001
        return {"image": upload}


class Bytes(Picture):
    """The same, from who does not say that it is a picture."""

    media_type = "application/octet-stream"
