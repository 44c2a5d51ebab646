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

from colorweb.cache import count
from colorweb.errors import DomainError

SECONDS = {"s": 1, "min": 60, "hour": 3600, "day": 86400}


class Rate(BaseThrottle):
    """The rate of one scope of `DEFAULT_THROTTLE_RATES`, such as `600/min`.

    It counts what an account, or a guest's address, does; with a `key`, what is done of that.
    """

    def __init__(self, scope: str, key: str = "") -> None:
        self.scope, self.key = scope, key
        limit, _, unit = str(api_settings.DEFAULT_THROTTLE_RATES[scope]).partition("/")
        self.limit, self.window = int(limit), SECONDS[unit]
        self.remaining = self.limit

    def allow_request(self, request: Request, view: Any) -> bool:
        """Count the request; whether it is one of those allowed."""
        self.key = self.key or request.visitor.queue_owner  # type: ignore[attr-defined]
        return self.count()

    def count(self) -> bool:
        """Count one more thing; whether it is one of those allowed."""
        left = self.limit - count(self._name(), self.window + 1)
        self.remaining = max(0, left)
        return left >= 0

    def is_used_up(self) -> bool:
        """Whether nothing more is allowed; counts nothing."""
        return int(cache.get(self._name(), 0)) >= self.limit

    def _name(self) -> str:
        return f"rate:{self.scope}:{self.key}:{int(time.time() // self.window)}"

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


def check(scope: str, key: str) -> None:
    """Count one more thing that is done of `key`. Raises DomainError if it is one too many."""
    rate = Rate(scope, key)
    if not rate.count():
        raise refusal(rate)


def refusal(rate: Rate) -> DomainError:
    """What somebody gets who does something too often."""
    return DomainError("throttled", retry_after=round(rate.wait()) + 1)
