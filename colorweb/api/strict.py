"""Refuses what a request says that nobody reads: unknown names, names sent twice, packed bodies.

What an operation takes is what `schema.endpoint` documents of it.
"""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from rest_framework.exceptions import ErrorDetail, UnsupportedMediaType, ValidationError
from rest_framework.request import Request

from colorweb.errors import DomainError
from colorweb.http.origins import SAFE

NO_FIELD = "csrfmiddlewaretoken"
"""Comes with every form of the site's own pages."""


class Names(NamedTuple):
    """What is read of a request: names, those of them that may come several times, and names of
    before with those of now.
    """

    known: Collection[str]
    lists: Collection[str] = ()
    renamed: Mapping[str, str] = {}


def check_query(request: Request, names: Names) -> None:
    """Raise ValidationError for query parameters that are unknown, or repeated and no list."""
    _check(request.query_params, names, "unknown_parameter")


def check_body(data: Any, names: Names) -> None:
    """The same for the fields of a body."""
    if isinstance(data, Mapping):
        _check(data, names, "unknown_field")


def check_no_body(request: Request) -> None:
    """Raise ValidationError for fields that are sent to what takes none."""
    if request.method not in SAFE and request.data:
        if not isinstance(request.data, Mapping):
            raise ValidationError(_("This takes no body."))
        check_body(request.data, Names(()))


def check_encoding(request: Request) -> None:
    """Raise UnsupportedMediaType for a body that is packed: nothing here unpacks it."""
    encoding = request.headers.get("Content-Encoding", "identity").lower()
    if encoding not in ("", "identity"):
        raise UnsupportedMediaType(
            encoding, _("Send the body as it is, without Content-Encoding: %s.") % encoding
        )


def _check(data: Mapping[str, Any], names: Names, unknown: str) -> None:
    refused = {}
    for name in data:
        if name in names.renamed:
            message = DomainError("renamed", name=names.renamed[name]).message
            refused[name] = [ErrorDetail(message, "renamed")]
        elif name not in names.known and name != NO_FIELD:
            refused[name] = [ErrorDetail(_unknown(sorted(names.known)), unknown)]
        elif name not in names.lists and len(_values(data, name)) > 1:
            refused[name] = [ErrorDetail(_("Send this once."), "repeated")]
    if refused:
        raise ValidationError(refused)


def _values(data: Mapping[str, Any], name: str) -> list[Any]:
    return data.getlist(name) if hasattr(data, "getlist") else [data[name]]


def _unknown(known: list[str]) -> str:
    if not known:
        return _("Nothing is taken here.")
    return _("There is nothing of this name here. There is: %(names)s.") % {
        "names": ", ".join(known)
    }
