"""Errors go to Sentry, or a server that speaks as it does, where SENTRY_DSN names one.

They hold no cookies, bodies, addresses of visitors or values of variables; secrets in addresses are
masked. The ids of request, job and run are tags.
"""

from __future__ import annotations

from typing import Any

import structlog
from django.conf import settings

from colorweb.logs import masked


def start() -> None:
    """Report this process's errors from now on, if the setting is there."""
    if not settings.SENTRY_DSN:
        return
    import sentry_sdk  # noqa: PLC0415 - only where it is used

    sentry_sdk.init(
        settings.SENTRY_DSN,
        release=settings.REVISION or None,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        before_send=_prepare,
        before_breadcrumb=lambda crumb, _hint: _mask(crumb),
    )


def _prepare(event: Any, _hint: Any) -> Any:
    event.setdefault("tags", {}).update(structlog.contextvars.get_contextvars())
    return _mask(event)


def _mask(value: Any) -> Any:
    """The same with all its texts masked."""
    match value:
        case str():
            return masked(value)
        case dict():
            return {key: _mask(each) for key, each in value.items()}
        case list() | tuple():
            return [_mask(each) for each in value]
        case _:
            return value
