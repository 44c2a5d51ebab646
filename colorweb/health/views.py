"""The three addresses that monitors and load balancers ask."""

from __future__ import annotations

import hmac
import ipaddress
import logging
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from colorweb import broker
from colorweb.health import metrics, workers
from colorweb.http import storage_unavailable

log = logging.getLogger(__name__)


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Alive: this process answers. Asks nothing else: a slow database must not kill the web."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Ready: database, broker and storage work; with `?worker=1` also a worker that can color."""
    checks: dict[str, Callable[[], None]] = {
        "database": _check_database,
        "broker": _check_broker,
        "storage": storage_unavailable.probe,
    }
    if request.GET.get("worker"):
        checks["worker"] = _check_worker
    parts = {name: _outcome(name, check) for name, check in checks.items()}
    ready = set(parts.values()) == {"ok"}
    return JsonResponse(
        {"status": "ready" if ready else "unready", "parts": parts}, status=200 if ready else 503
    )


@never_cache
@require_safe
def metrics_view(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus: to this machine, or to who shows METRICS_TOKEN as a bearer token."""
    if not (_is_local(request) or _has_token(request)):
        raise PermissionDenied
    return HttpResponse(metrics.render(), content_type=metrics.CONTENT_TYPE)


def _outcome(name: str, check: Callable[[], None]) -> str:
    try:
        check()
    except Exception as error:  # noqa: BLE001 - whatever is wrong with a part is its outcome
        log.warning("readyz: %s: %s", name, error)
        return type(error).__name__
    return "ok"


def _check_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")


def _check_broker() -> None:
    broker.client().ping()


class NoWorker(Exception):
    """No process that can color has shown itself within the last 15 seconds."""


def _check_worker() -> None:
    if not workers.alive():
        raise NoWorker("no worker has loaded the network yet")


def _is_local(request: HttpRequest) -> bool:
    # Behind a proxy on this machine everybody looks local; a proxy says for whom it asks.
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _has_token(request: HttpRequest) -> bool:
    token = getattr(settings, "METRICS_TOKEN", "")
    header = request.headers.get("Authorization", "")
    return bool(token) and hmac.compare_digest(header.encode(), f"Bearer {token}".encode())
