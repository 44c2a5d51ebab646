"""Static files: named after what they hold, and no thread for each request that passes by."""

from collections.abc import Awaitable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):
    """WhiteNoise's storage; scripts import each other by the names that pages preload."""

    support_js_module_import_aggregation = True


class StaticFiles(WhiteNoiseMiddleware):
    """WhiteNoise for an asynchronous chain.

    One synchronous middleware would make every request behind it hold a thread until its answer
    is there, those too that wait for a job.
    """

    async_capable = True

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        answer = super().__call__(request)
        return self._awaited(answer) if iscoroutinefunction(self) else answer

    @staticmethod
    async def _awaited(answer: Awaitable[HttpResponseBase] | HttpResponseBase) -> HttpResponseBase:
        return await answer if isinstance(answer, Awaitable) else answer
