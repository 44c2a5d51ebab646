"""Requests that may be sent again after a cut, by their Idempotency-Key."""

from collections.abc import Sequence

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from jobs.api.base import View
from jobs.api.new_jobs import OPTIONS, OptionFields
from jobs.models import Batch, Job
from jobs.photos import idempotency

MAX_KEY_LENGTH = 255


class Repeatable(View):
    def key(
        self, new: OptionFields, files: Sequence[UploadedFile | str], kind: str = "job"
    ) -> idempotency.Key | None:
        """The key that came with the request, for these files and options; None without one."""
        name = self.request.headers.get("Idempotency-Key")
        if name is None:
            return None
        if not 0 < len(name) <= MAX_KEY_LENGTH or not (name.isascii() and name.isprintable()):
            raise ValidationError(
                {"Idempotency-Key": _("Send 1 to 255 printable ASCII characters.")}
            )
        data = new.validated_data
        options = {option: data[option] for option in (*OPTIONS, "hints") if option in data}
        return idempotency.key(self.visitor, name, files, options | {"kind": kind})

    def earlier(self, key: idempotency.Key | None) -> Job | Batch | None:
        """What this request has made before, if it was sent before. Raises DomainError."""
        return key.earlier() if key else None
