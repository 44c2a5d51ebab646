"""Every request has an id, in its answer and in all log lines, and is counted."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from colorweb import logs, tracing
from colorweb.health import counted

HEADER = b"x-request-id"
GIVEN = re.compile(rb"[A-Za-z0-9._-]{1,64}")
"""An id of a proxy or a program that we go on with."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
Message = MutableMapping[str, Any]


@dataclass
class Observation:
    """What the layers below report of a request; its scope has it as `observation`."""

    route: str = "none"
    status: int = 499
    began: float = field(default_factory=time.perf_counter)


class Observed:
    """ASGI wrapper around everything else, so that what is refused early counts too."""

    def __init__(self, application: Callable[[Any, Any, Any], Awaitable[None]]) -> None:
        self.application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        given = dict(scope["headers"]).get(HEADER, b"")
        request_id = given if GIVEN.fullmatch(given) else uuid.uuid4().hex.encode()
        seen = Observation()
        scope = {**scope, "observation": seen}

        async def observed(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen.status = message["status"]
                _count(scope, seen)
                message = {**message, "headers": [*message["headers"], (HEADER, request_id)]}
            await send(message)

        with logs.bound(request=request_id.decode()), tracing.request(scope, seen):
            await self.application(scope, receive, observed)


def _count(scope: Any, seen: Observation) -> None:
    method = scope["method"] if scope["method"] in METHODS else "other"
    counted.REQUESTS.add(seen.route, method, str(seen.status))
    counted.REQUEST_SECONDS.observe(time.perf_counter() - seen.began, seen.route)
