"""What programs send that Django's handler takes otherwise: paths without their slash, and bodies
without their length. And of Django's handler `observed` learns a request's route."""

import os
from typing import IO, Any

from django.core.handlers.asgi import ASGIHandler

API = "/api/v1/"


class Slashes:
    """ASGI wrapper by which the API's addresses are the same with and without their slash.

    A redirect would turn a POST into a GET.
    """

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        path = scope.get("path", "")
        if path.startswith(API) and not path.endswith("/"):
            scope = {**scope, "path": path + "/", "raw_path": scope.get("raw_path", b"") + b"/"}
        return await self.application(scope, receive, send)


class Handler(ASGIHandler):
    """Gives a chunked body, which is whole by then, its length: else parsers take it for empty."""

    def create_request(self, scope: Any, body_file: IO[bytes]) -> Any:
        if not any(name == b"content-length" for name, _ in scope["headers"]):
            length = body_file.seek(0, os.SEEK_END)
            body_file.seek(0)
            if length:
                headers = [*scope["headers"], (b"content-length", str(length).encode())]
                scope = {**scope, "headers": headers}
        return super().create_request(scope, body_file)

    async def run_get_response(self, request: Any) -> Any:
        response = await super().run_get_response(request)
        if (seen := request.scope.get("observation")) and (match := request.resolver_match):
            seen.route = match.route
        return response
