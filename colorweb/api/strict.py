"""Refuses what a request says that nobody reads: unknown names, names sent twice, packed bodies.

What an operation takes is what `schema.endpoint` documents of it.
"""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, UnsupportedMediaType, ValidationError
from rest_framework.request import Request

from colorweb.errors import DomainError
from colorweb.http.origins import SAFE

JSON_TYPES: dict[type[serializers.Field], type | tuple[type, ...]] = {
    serializers.CharField: str,
    serializers.UUIDField: str,
    serializers.IntegerField: (int, float),
    serializers.FloatField: (int, float),
    serializers.BooleanField: bool,
}
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
    """Raise ValidationError for query parameters that are unknown, empty, or wrongly repeated."""
    _check(request.query_params, names, "unknown_parameter")
    empty = [name for name in names.known if "" in request.query_params.getlist(name)]
    if empty:
        blank = ErrorDetail(str(serializers.CharField.default_error_messages["blank"]), "blank")
        raise ValidationError({name: [blank] for name in empty})


def check_body(data: Any, names: Names) -> None:
    """The same for the fields of a body."""
    if isinstance(data, Mapping):
        _check(data, names, "unknown_field")


def check_types(data: Any, fields: Mapping[str, serializers.Field]) -> None:
    """Raise ValidationError for values of JSON that are of another type than their fields.

    The framework takes `0` for "0", "1.5" for 1.5 and `false` for 0.0, as a form must; in JSON
    that is a mistake of the sender's.
    """
    if not isinstance(data, Mapping) or hasattr(data, "getlist"):
        return
    refused = {}
    for name in fields.keys() & data.keys():
        try:
            _check_type(fields[name], data[name])
        except ValidationError as error:
            refused[name] = error.detail
    if refused:
        raise ValidationError(refused)


def _check_type(field: serializers.Field, value: Any) -> None:
    if value is None:
        return
    if isinstance(field, serializers.ListField):
        for one in value if isinstance(value, list) else ():
            _check_type(field.child, one)
        return
    if isinstance(field, serializers.ChoiceField) and value not in list(field.choices):
        field.fail("invalid_choice", input=value)
    for kind, types in JSON_TYPES.items():
        if isinstance(field, kind) and (
            not isinstance(value, types) or (isinstance(value, bool) and types is not bool)
        ):
            field.fail("invalid", value=value, input=value)


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
