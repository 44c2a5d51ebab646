"""So many requests in so much time, said in the headers of every answer.

Counted in fixed windows, one atomic step in the cache for each request. Who is counted is an
account, with all its tokens, or a guest's address. The headers are those of
draft-ietf-httpapi-ratelimit-headers-10.
"""

import time
from typing import Any

from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

from colorweb.accounts.visitors import Visitor

SECONDS = {"s": 1, "min": 60, "hour": 3600, "day": 86400}


class Rate(BaseThrottle):
    """The rate of one scope of `DEFAULT_THROTTLE_RATES`, such as `600/min`."""

    def __init__(self, scope: str) -> None:
        self.scope = scope
        limit, _, unit = str(api_settings.DEFAULT_THROTTLE_RATES[scope]).partition("/")
        self.limit, self.window = int(limit), SECONDS[unit]
        self.remaining = self.limit

    def allow_request(self, request: Request, view: Any) -> bool:
        """Count the request; whether it is one of those allowed."""
        return self.count(request.visitor)  # type: ignore[attr-defined]

    def count(self, visitor: Visitor) -> bool:
        """Count one more thing that the visitor does; whether it is one of those allowed."""
        owner = visitor.queue_owner
        key = f"rate:{self.scope}:{owner}:{int(time.time() // self.window)}"
        cache.add(key, 0, self.window + 1)
        try:
            left = self.limit - cache.incr(key)
        except ValueError:  # evicted in between
            left = self.limit - 1
        self.remaining = max(0, left)
        return left >= 0

    def wait(self) -> float:
        """Seconds until the window ends."""
        return self.window - time.time() % self.window

    def headers(self) -> dict[str, str]:
        """What there is, and what of it is left."""
        ends = int(self.wait()) + 1
        return {
            "RateLimit-Policy": f'"{self.scope}";q={self.limit};w={self.window}',
            "RateLimit": f'"{self.scope}";r={self.remaining};t={ends}',
        }
