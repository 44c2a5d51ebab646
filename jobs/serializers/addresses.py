"""Absolute addresses in answers: the serializer's context names the host, as `host`."""

import uuid
from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.functional import cached_property
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from jobs.models import Job


def absolute(host: str, path: str) -> str:
    """A path's address at a host."""
    scheme = "https" if settings.SESSION_COOKIE_SECURE else "http"
    return f"{scheme}://{host}{path}"


@cache
def _path(view: str, *args: str) -> str:
    """A view's path with `{}` for a row's key: a list of jobs has hundreds of addresses."""
    nobody = uuid.UUID(int=0)
    return reverse(view, args=[nobody, *args]).replace(str(nobody), "{}")


@extend_schema_field(OpenApiTypes.URI)
class AddressField(serializers.Field):
    """Where a view answers for a row, which is named by `key`; null where `when` does not hold.

    Not a URLField: each answer makes its own fields, and the validators of sixteen addresses that
    are only written would take a third of its time.
    """

    def __init__(
        self,
        view: str,
        help_text: str,
        *,
        key: str = "pk",
        when: Callable[[Any], bool] | None = None,
    ) -> None:
        super().__init__(help_text=help_text, allow_null=when is not None)
        self.view, self.key, self.when = view, key, when

    def get_attribute(self, row: Any) -> Any:
        return row if self.when is None or self.when(row) else None

    def to_representation(self, row: Any) -> str:
        return self.address(absolute(self.context["host"], ""), row)

    def address(self, site: str, row: Any) -> str:
        """The address for a row, of a site that has scheme and host."""
        return site + self.path(row)

    def path(self, row: Any) -> str:
        """The address without scheme and host."""
        return _path(self.view).format(getattr(row, self.key))


class FileField(AddressField):
    """Where one of a job's files is."""

    def __init__(
        self,
        kind: str,
        help_text: str,
        *,
        when: Callable[[Job], bool] | None = None,
        query: str = "",
        in_look: bool = False,
    ) -> None:
        super().__init__("file", help_text, when=when)
        self.kind, self.query, self.in_look = kind, query, in_look

    def path(self, job: Job) -> str:
        """With a look in it where that is not the job's own: what browsers keep is then right."""
        query = self.query
        if self.in_look and job.look != job.photo.look:
            query = "?look={:g}-{:g}".format(*job.photo.look)
        return _path(self.view, self.kind).format(job.pk) + query


class SocketField(AddressField):
    """Where a job's websocket is."""

    def __init__(self, help_text: str) -> None:
        super().__init__("", help_text)

    def address(self, site: str, row: Any) -> str:
        return super().address(site, row).replace("http", "ws", 1)

    def path(self, job: Job) -> str:
        return f"/ws/jobs/{job.pk}/"


# A docstring would be that of its heirs in the document of the API.
class UrlsSerializer(serializers.Serializer):
    # The addresses of a row: its fields are `AddressField`s, which share the site's address.

    def to_representation(self, row: Any) -> dict[str, str | None]:
        site = absolute(self.context["host"], "")
        return {
            name: None if field.get_attribute(row) is None else field.address(site, row)
            for name, field in self._addresses
        }

    @cached_property
    def _addresses(self) -> list[tuple[str, AddressField]]:
        return [(str(field.field_name), field) for field in self._readable_fields]  # type: ignore[misc]
