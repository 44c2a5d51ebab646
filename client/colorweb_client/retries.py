"""Retries: which errors are worth one, after how long, and when to give up."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

import httpx

from colorweb_client.errors import Refused, Unreachable

BUSY = frozenset({429, 502, 503, 504})
FIRST_PAUSE = 0.5
MAX_PAUSE = 30.0


def send_with_retries(
    send: Callable[[], httpx.Response],
    timeout: float,
    pause: Callable[[float, str], object],
    *,
    patient: bool = True,
) -> httpx.Response:
    """The answer to `send()`, sent again while the server is unavailable or busy.

    Pauses double from half a second to thirty, with jitter, and are never shorter than the
    server's Retry-After; `pause` hears how long each is, in seconds, and why. A server that is not
    `patient`ly waited for has to answer the first time. Raises Unreachable or Refused once
    `timeout` seconds would be over.
    """
    ends = time.monotonic() + timeout
    backoff = FIRST_PAUSE
    while True:
        problem: Unreachable | Refused
        requested = 0.0
        try:
            answer = send()
        except (httpx.TransportError, httpx.InvalidURL) as error:
            problem = Unreachable(f"The server does not answer: {error or type(error).__name__}")
            if not patient or isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol):
                raise problem from error
        else:
            if not answer.is_error:
                return answer
            problem = refusal(answer)
            if answer.status_code not in BUSY:
                raise problem
            requested = retry_after(answer)
        wait = max(requested, backoff * random.uniform(0.5, 1.0))  # noqa: S311 - only spreads load
        if time.monotonic() + wait > ends:
            raise problem
        pause(wait, str(problem))
        backoff = min(MAX_PAUSE, backoff * 2)


def refusal(answer: httpx.Response) -> Refused:
    """The error that an answer reports."""
    try:
        problem = answer.json()
        return Refused(answer.status_code, str(problem["code"]), str(problem["detail"]))
    except (ValueError, KeyError, TypeError):  # a proxy's answer, not the site's
        reason = f"The server answered {answer.status_code} {answer.reason_phrase}"
        if answer.is_redirect:
            reason += f" and names {answer.headers.get('Location', 'another address')}"
        return Refused(answer.status_code, "unknown", reason)


def retry_after(answer: httpx.Response) -> float:
    """Seconds that the server asks to wait; 0 if it names none."""
    value = answer.headers.get("Retry-After", "")
    if value.isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return 0.0
    return max(0.0, (moment - datetime.now(timezone.utc)).total_seconds())
