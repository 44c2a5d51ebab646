"""How endpoints describe themselves in the OpenAPI document."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema

from colorweb.api.serializers import PageParams, ProblemSerializer, names_of
from colorweb.api.strict import Names
from colorweb.errors import CODES
from colorweb.http.problems import CONTENT_TYPE, problem

JSON = "application/json"
EVERYWHERE = (
    "unknown_parameter",
    "authentication_failed",
    "insufficient_scope",
    "not_acceptable",
    "throttled",
    "server_error",
)
"""Codes that any endpoint may answer."""
NO_KEY = " It takes no `Idempotency-Key`: sent twice, it makes two."
BY_COOKIE = ("csrf_failed", "cross_site")
"""Codes of whatever changes something."""
OF_BODIES = (
    "parse_error",
    "unsupported_media_type",
    "invalid",
    "required",
    "unknown_field",
    "max_length",
    "null_characters_not_allowed",
    "surrogate_characters_not_allowed",
    "too_many_bytes",
    "too_many_uploads",
    "request_timeout",
)


OF_ACCOUNTS: list[Any] = [{"bearer": []}, {"session": []}]
"""How an account proves that it is one."""


class Taken(NamedTuple):
    """What an operation takes: query parameters, and a body of one of these media types; empty
    where it has none.
    """

    query: Names
    body: Mapping[str, Any]
    """Serializers by media type."""


def endpoint(
    summary: str,
    *,
    answers: dict[Any, Any],
    codes: Iterable[str] = (),
    description: str = "",
    parameters: Iterable[Any] = (),
    request: Any = None,
    **more: Any,
) -> Callable[[Any], Any]:
    """Documents an operation: its answers by status, and every code it may refuse with.

    A `request` is a serializer of JSON, or serializers by media type. The view takes no others, and
    no other query parameters (`colorweb.api.base.View`).
    """
    bodies = request if isinstance(request, dict) or request is None else {JSON: request}
    parameters = list(parameters)
    taken = Taken(_query(parameters), bodies or {})

    codes = tuple(codes)
    who = {"auth": OF_ACCOUNTS} if "not_authenticated" in codes else {}

    def decorate(method: Any) -> Any:
        method.taken = taken
        refusals = (*EVERYWHERE, *codes, *_refusals(taken, method.__name__))
        return extend_schema(
            summary=summary,
            description=description or f"{summary}.",
            request=bodies,
            responses=answers | _problems(refusals),
            parameters=[*parameters, *_rate_headers(answers)],
            **{"tags": ["jobs"]} | who | more,
        )(method)

    return decorate


def _refusals(taken: Taken, method: str) -> Iterable[str]:
    """Codes that follow from what is taken."""
    if method != "get" and not taken.body:
        yield from ("unknown_field", "invalid", "parse_error", "unsupported_media_type")
    if "cursor" in taken.query.known:
        yield from ("invalid_cursor", "invalid", "min_value", "max_value", "max_string_length")
    if set(taken.query.known) - set(taken.query.lists) or "multipart/form-data" in taken.body:
        yield "repeated"
    if taken.query.known:
        yield "blank"


def _query(parameters: Iterable[Any]) -> Names:
    known: set[str] = set()
    lists: set[str] = set()
    renamed: dict[str, str] = {}
    for one in parameters:
        if not isinstance(one, OpenApiParameter):
            names = names_of(one())
            known.update(names.known)
            lists.update(names.lists)
            renamed.update(names.renamed)
        elif one.location == OpenApiParameter.QUERY:
            known.add(one.name)
    return Names(known, lists, renamed)


def failure(text: str, *codes: str) -> OpenApiResponse:
    """An answer for who waited for what has failed, with examples."""
    return OpenApiResponse(
        ProblemSerializer, description=text, examples=[_example(422, code) for code in codes]
    )


def answer(serializer: Any, text: str) -> OpenApiResponse:
    """One answer; its examples are the serializer's."""
    return OpenApiResponse(serializer, description=text)


def header(name: str, text: str, kind: type = str, **more: Any) -> OpenApiParameter:
    """A header of the request, or with `response=[…]` of the answers with those statuses."""
    return OpenApiParameter(name, kind, OpenApiParameter.HEADER, description=text, **more)


def _rate_headers(answers: Iterable[Any]) -> list[OpenApiParameter]:
    everywhere = [*(key[0] if isinstance(key, tuple) else key for key in answers), 429]
    return [
        header("RateLimit-Policy", 'The rate: `"request";q=6000;w=60`.', response=everywhere),
        header("RateLimit", 'What is left of it: `"request";r=5999;t=42`.', response=everywhere),
        header("Retry-After", "Seconds.", int, response=[429, 503]),
        header(
            "X-Request-Id", "As you sent it, or made here: name it in questions.", response=True
        ),
    ]


CURSOR = OpenApiParameter(
    "cursor",
    {"type": "string", "minLength": 1},
    description="From `next` or `previous` of a page.",
)
PAGES = (CURSOR, PageParams)
"""Parameters of a list that `View.page` answers."""


def _problems(codes: Iterable[str]) -> dict[tuple[int, str], OpenApiResponse]:
    by_status: dict[int, list[str]] = {}
    for code in dict.fromkeys(codes):
        by_status.setdefault(CODES[code].status, []).append(code)
    return {
        (status, CONTENT_TYPE): OpenApiResponse(
            ProblemSerializer,
            description="\n".join(f"- `{code}`: {CODES[code].sentence}" for code in found),
            examples=[_example(status, code) for code in found],
        )
        for status, found in sorted(by_status.items())
    }


def _example(status: int, code: str) -> OpenApiExample:
    text = CODES[code].sentence or CODES[code].text
    return OpenApiExample(
        code,
        problem(status, code, text),
        media_type=CONTENT_TYPE,
        response_only=True,
        status_codes=[str(status)],
    )


def problem_answers(codes: Iterable[str]) -> dict[str, Any]:
    """The answers with these codes, for an operation that is written down by hand."""
    by_status: dict[str, dict[str, str]] = {}
    for code in codes:
        by_status.setdefault(str(CODES[code].status), {})[code] = CODES[code].sentence
    return {
        status: {
            "description": "\n".join(f"- `{code}`: {text}" for code, text in found.items()),
            "content": {
                CONTENT_TYPE: {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                    "examples": {
                        code: {"value": problem(int(status), code, text)}
                        for code, text in found.items()
                    },
                }
            },
        }
        for status, found in by_status.items()
    }


class VisitorScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Tokens of guests, and the cookies of the site's own pages."""

    target_class = "colorweb.api.auth.VisitorAuthentication"
    name = ["bearer", "session", "guest"]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, Any]]:
        return [
            {
                "type": "http",
                "scheme": "bearer",
                "description": "An account's token (`cw_…`, from `tokens/`), or a guest's, from "
                "`guest_token` in the first answer.",
            },
            {
                "type": "apiKey",
                "in": "cookie",
                "name": "sessionid",
                "description": "Somebody signed in to the site; changes need X-CSRFToken too.",
            },
            {
                "type": "apiKey",
                "in": "cookie",
                "name": "guest",
                "description": "A browser without an account; changes need X-CSRFToken too.",
            },
        ]

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list[str]]]:
        # Anybody may come without: the API makes a guest of them.
        return [{"bearer": []}, {"session": []}, {"guest": []}, {}]
