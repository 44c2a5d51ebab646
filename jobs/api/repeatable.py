"""Requests that may be sent again after a cut, by their Idempotency-Key."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from colorweb.api import schema
from jobs.api.base import View
from jobs.models import Archive, Batch, Job
from jobs.photos import idempotency

MAX_KEY_LENGTH = 255
KEY = schema.header("Idempotency-Key", "At most 255 printable ASCII characters.")
CODES = ("idempotency_conflict", "invalid")
Thing = TypeVar("Thing", Job, Batch, Archive)


class Repeatable(View):
    """Makes a thing once, however often the request comes."""

    def once(
        self,
        kind: type[Thing],
        make: Callable[[Callable[[Thing], None]], Thing],
        key: idempotency.Key | None,
    ) -> tuple[Thing, bool]:
        """What the request makes, or has made before, and whether it is new.

        `make` calls what it is given in the transaction that saves the thing. Raises DomainError.
        """

        def remember(made: Thing) -> None:
            if key:
                key.remember(made)

        if earlier := self._earlier(kind, key):
            return earlier, False
        try:
            return make(remember), True
        except IntegrityError:  # a concurrent duplicate was quicker
            earlier = self._earlier(kind, key)
            if earlier is None:
                raise
            return earlier, False

    def key(
        self,
        kind: str,
        options: Mapping[str, Any],
        files: Sequence[UploadedFile | str] = (),
    ) -> idempotency.Key | None:
        """The key that came with the request, for these files and options; None without one."""
        name = self.request.headers.get("Idempotency-Key")
        if name is None:
            return None
        if not 0 < len(name) <= MAX_KEY_LENGTH or not (name.isascii() and name.isprintable()):
            raise ValidationError(
                {"Idempotency-Key": _("Send 1 to 255 printable ASCII characters.")}
            )
        return idempotency.key(self.visitor, name, files, {**options, "kind": kind})

    def _earlier(self, kind: type[Thing], key: idempotency.Key | None) -> Thing | None:
        made = key.earlier() if key else None
        return made if isinstance(made, kind) else None
