"""Every error the API may answer: a stable code, its HTTP status, and what it means.

Each part adds its own; the OpenAPI document and the table in docs/api.md are made of all of them.
"""

from typing import NamedTuple

from rest_framework import status
from rest_framework.exceptions import APIException


class Meaning(NamedTuple):
    """One code: with which status it comes, and a sentence for whoever writes a program."""

    status: int
    sentence: str


CODES = {
    "bad_request": Meaning(400, "The request is not for this site: its Host header is unknown."),
    "parse_error": Meaning(400, "The body could not be read as what its Content-Type says."),
    "required": Meaning(400, "A field is missing; `attr` names it."),
    "invalid": Meaning(400, "A field or header has a value of the wrong kind."),
    "invalid_choice": Meaning(400, "A field has a value that is not among its choices."),
    "min_value": Meaning(400, "A number is too small."),
    "max_value": Meaning(400, "A number is too large."),
    "blank": Meaning(400, "A text is empty."),
    "null": Meaning(400, "A field is null and may not be."),
    "not_a_list": Meaning(400, "A field has to be a list."),
    "empty": Meaning(400, "A list is empty."),
    "max_length": Meaning(400, "A text or list is too long."),
    "max_string_length": Meaning(400, "A number has too many digits."),
    "overflow": Meaning(400, "A moment is beyond the calendar."),
    "null_characters_not_allowed": Meaning(400, "A text contains the character U+0000."),
    "surrogate_characters_not_allowed": Meaning(400, "A text contains half a character."),
    "authentication_failed": Meaning(401, "The token is unknown, changed or has expired."),
    "not_authenticated": Meaning(401, "This is for accounts: sign in, or send a token."),
    "insufficient_scope": Meaning(403, "The token's scopes do not allow this."),
    "csrf_failed": Meaning(403, "A request with cookies came without a valid X-CSRFToken."),
    "not_found": Meaning(404, "There is no such thing, or it is somebody else's."),
    "method_not_allowed": Meaning(405, "The address does not know this method."),
    "not_acceptable": Meaning(406, "The Accept header asks for something other than JSON."),
    "too_many_tokens": Meaning(409, "The account has as many tokens as it may have."),
    "too_many_bytes": Meaning(413, "The photo, or the body, is larger than the limit."),
    "unsupported_media_type": Meaning(415, "Send multipart/form-data or JSON."),
    "throttled": Meaning(429, "Too many requests; come back after Retry-After seconds."),
    "storage_unavailable": Meaning(503, "Photos can be neither kept nor read just now; come back."),
    "server_error": Meaning(500, "Something broke on the server; it has been logged."),
}
"""Code -> meaning."""


class TooManyBytes(APIException):
    """A body, or a file inside one, over its limit."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_many_bytes"


class Conflict(APIException):
    """What is asked does not fit the state of things."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"
