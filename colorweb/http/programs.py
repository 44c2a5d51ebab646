"""What programs send that Django's handler takes otherwise: paths without their slash, and bodies
without their length. And of Django's handler `observed` learns a request's route."""

import os
from functools import lru_cache
from typing import IO, Any

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.exception import response_for_exception
from django.urls import Resolver404, ResolverMatch, resolve

from colorweb.http.threads import RequestThread

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
    """Gives a chunked body, which is whole by then, its length: else parsers take it for empty.

    A view runs with all its middleware in one go, in the request's thread. Django's own way asks
    the thread anew for each of some twenty steps, which costs more than most views. What takes its
    time holds no thread: asynchronous pieces of an answer, and a coroutine function that a view has
    as `afterwards`. It gets the request and the finished answer, and returns that or another one.
    """

    def load_middleware(self, is_async: bool = False) -> None:
        """A synchronous chain, whatever is asked for."""
        super().load_middleware(is_async=False)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """As Django's own, but with a thread that earlier requests have used."""
        if scope["type"] != "http":
            raise ValueError(f"a request is http, not {scope['type']}")
        thread = RequestThread()
        try:
            async with ThreadSensitiveContext(executor=thread):
                await self.handle(scope, receive, send)
        finally:
            thread.release()

    def create_request(self, scope: Any, body_file: IO[bytes]) -> Any:
        if not any(name == b"content-length" for name, _ in scope["headers"]):
            length = body_file.seek(0, os.SEEK_END)
            body_file.seek(0)
            if length:
                headers = [*scope["headers"], (b"content-length", str(length).encode())]
                scope = {**scope, "headers": headers}
        return super().create_request(scope, body_file)

    async def get_response_async(self, request: Any) -> Any:
        match = request.resolver_match = _resolve(request.path_info)
        if match and (seen := request.scope.get("observation")):
            seen.route = match.route
        response = await sync_to_async(self.get_response)(request)
        afterwards = getattr(match and match.func, "afterwards", None)
        return await self._follow(afterwards, request, response) if afterwards else response

    async def _follow(self, afterwards: Any, request: Any, response: Any) -> Any:
        try:
            answer = await afterwards(request, response)
        except Exception as error:  # noqa: BLE001 - it becomes an answer
            answer = await sync_to_async(self._failed)(request, error)
        if answer is not response:
            request.close()  # its files, which goes with the answer that it had
        return answer

    def _failed(self, request: Any, error: Exception) -> Any:
        answer = self.process_exception_by_middleware(error, request)
        return answer or response_for_exception(request, error)

    def resolve_request(self, request: Any) -> Any:
        """The view, found before; where there is none this raises Resolver404."""
        return request.resolver_match or super().resolve_request(request)


@lru_cache(maxsize=1024)
def _resolve(path: str) -> ResolverMatch | None:
    """What answers at a path; programs ask for the same again and again."""
    if path.startswith(settings.STATIC_URL):
        return None
    try:
        return resolve(path)
    except Resolver404:
        return None
