"""The one family of errors: a stable code with parameters, and a table of what each code means.

Rows keep code and parameters; the text is made when somebody reads, in the reader's language.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _


class Meaning(NamedTuple):
    """One code: its HTTP status, a sentence for programmers, and a text for people.

    Only codes with a `sentence` are answers of the API; the others stand in rows. The text is a
    `gettext_noop` msgid with `%(name)s` for the error's parameters.
    """

    status: int = 500
    sentence: str = ""
    text: str = ""


FILE_TOO_LARGE = _("The file is larger than %(limit)d MB. Send a smaller or more compressed copy.")
CODES = {
    "bad_request": Meaning(400, "The address or the Host header cannot be read."),
    "parse_error": Meaning(400, "The body does not match its Content-Type."),
    "required": Meaning(400, "A field is missing; `attr` names it."),
    "invalid": Meaning(400, "A field or header has a value of the wrong kind."),
    "unknown_field": Meaning(400, "There is no field of this name; `attr` names it."),
    "unknown_parameter": Meaning(400, "There is no query parameter of this name; `attr` names it."),
    "repeated": Meaning(400, "A field or parameter came twice; `attr` names it."),
    "renamed": Meaning(
        400,
        "A field has another name now: see `detail`.",
        _("This field is called %(name)s now."),
    ),
    "invalid_cursor": Meaning(400, "No page gave this `cursor`."),
    "invalid_choice": Meaning(400, "A field has a value that is not among its choices."),
    "min_value": Meaning(400, "A number is too small."),
    "max_value": Meaning(400, "A number is too large."),
    "blank": Meaning(400, "A text is empty."),
    "null": Meaning(400, "A field is null and may not be."),
    "not_a_list": Meaning(400, "A field has to be a list."),
    "empty": Meaning(400, "A list is empty."),
    "max_length": Meaning(400, "A text or list is too long."),
    "max_string_length": Meaning(400, "A number has too many digits."),
    "overflow": Meaning(400, "Date out of range."),
    "null_characters_not_allowed": Meaning(400, "A text contains the character U+0000."),
    "surrogate_characters_not_allowed": Meaning(400, "Invalid Unicode: lone surrogate."),
    "authentication_failed": Meaning(401, "The token is unknown, changed or has expired."),
    "not_authenticated": Meaning(401, "This is for accounts: sign in, or send a token."),
    "insufficient_scope": Meaning(403, "The token's scopes do not allow this."),
    "csrf_failed": Meaning(403, "A request with cookies came without a valid X-CSRFToken."),
    "cross_site": Meaning(403, "A page of another site sent this; send a token instead."),
    "reauthentication_required": Meaning(
        403,
        "Give your password again at `/account/reauthenticate/`, or send a token.",
        _("Enter your password again at /account/reauthenticate/, then repeat this."),
    ),
    "not_found": Meaning(404, "It does not exist, or it is not yours."),
    "method_not_allowed": Meaning(405, "This address does not support the method."),
    "not_acceptable": Meaning(406, "The Accept header asks for something other than JSON."),
    "too_many_tokens": Meaning(
        409,
        "The account has reached its limit of tokens.",
        _("Delete a token that you no longer need."),
    ),
    "too_many_bytes": Meaning(413, "The photo, or the body, is larger than the limit."),
    "too_many_bytes.file": Meaning(text=FILE_TOO_LARGE),
    "too_many_bytes.form": Meaning(
        text=_(
            "A photo can be up to %(limit)d MB, and all photos sent at once up to %(together)d "
            "MB. Send fewer at a time, or smaller copies."
        )
    ),
    "too_many_bytes.json": Meaning(
        text=_("JSON can be up to %(limit)d MB here. Send larger photos as multipart/form-data.")
    ),
    "request_timeout": Meaning(
        408,
        "The body came too slowly; send it again.",
        _("The upload came too slowly and was stopped. Please try again."),
    ),
    "unsupported_media_type": Meaning(415, "Send multipart/form-data or JSON."),
    "throttled": Meaning(
        429,
        "Too many requests; try again after Retry-After seconds.",
        _("You have done this too often. Try again later."),
    ),
    "too_many_uploads": Meaning(
        429,
        "Too many uploads at a time from this network; try again when some are done.",
        _("Too many uploads are under way from your network. Try again in a minute."),
    ),
    "no_room": Meaning(
        507,
        "The server keeps its last disk space free; try again later.",
        _("There is too little space left on this site for new photos. Try again later."),
    ),
    "storage_unavailable": Meaning(
        503,
        "Photo storage is temporarily unavailable; try again later.",
        _("Photo storage was unavailable. Please try again."),
    ),
    "storage_unavailable.request": Meaning(
        text=_("Photo storage is temporarily unavailable. Try again in a minute.")
    ),
    "unavailable": Meaning(
        503,
        "The site is restarting, cannot reach its database, or has more requests of yours at a "
        "time than it can work on; try again after Retry-After.",
    ),
    "unavailable.busy": Meaning(
        text=_("Too many of your requests are waiting. Send fewer at a time.")
    ),
    "unavailable.database": Meaning(
        text=_("The site cannot reach its database. Try again in a few seconds.")
    ),
    "server_error": Meaning(500, "Something broke on the server; it has been logged."),
}
"""Code -> meaning; apps register theirs. A code with a detail after a dot (`worker_died.file`) has
a text of its own and the status of the code before the dot."""


def register(codes: Mapping[str, Meaning]) -> None:
    """Adds an app's codes to the table; for its `AppConfig.ready`."""
    CODES.update(codes)


def documented() -> dict[str, Meaning]:
    """The codes that the API answers with, without those that only rows hold."""
    return {code: meaning for code, meaning in CODES.items() if meaning.sentence}


def plain(code: str) -> str:
    """The code as programs know it: without the detail after the dot."""
    return code.partition(".")[0]


def text(code: str, params: Mapping[str, Any]) -> str:
    """The text of a code, in the reader's language; empty for a code without a text."""
    template = CODES[code].text if code in CODES else ""
    return gettext(template) % params if template else ""


def message_of(kept: Mapping[str, Any]) -> str:
    """The text of an error that a row keeps; empty where there is none.

    A `message` with the code is one that older releases stored: it is shown as it is.
    """
    if not kept:
        return ""
    return str(kept.get("message") or text(kept["code"], kept.get("params", {})))


class DomainError(Exception):
    """Something was refused or went wrong: a code of the table, and the parameters of its text.

    `retry_after` is in seconds; None where waiting does not help.
    """

    def __init__(self, code: str, *, retry_after: int | None = None, **params: Any) -> None:
        super().__init__(code)
        self.detailed = code
        self.params = params
        self.retry_after = retry_after

    def __str__(self) -> str:
        return self.message or self.detailed

    @property
    def code(self) -> str:
        """The code as programs know it."""
        return plain(self.detailed)

    @property
    def kept(self) -> dict[str, Any]:
        """The error as a row keeps it."""
        return {"code": self.detailed, "params": self.params}

    @property
    def message(self) -> str:
        """The text in the reader's language."""
        return text(self.detailed, self.params)

    @property
    def status(self) -> int:
        """The HTTP status of an answer with this error."""
        return CODES[self.code].status
