"""The three addresses that monitors and load balancers ask."""

from __future__ import annotations

import hmac
import ipaddress

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from colorweb.health import metrics, parts


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Alive: this process answers. Asks nothing else: a slow database must not kill the web."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Ready: this process can answer, for its database does. What else is wrong is `degraded`.

    503 with `?strict=1` for anything degraded, with `?worker=1` if no worker can color.
    """
    found = parts.problems()
    degraded = {name: problem for name, problem in found.items() if problem}
    ready = not found["database"]
    if request.GET.get("worker"):
        ready = ready and parts.can_color()
    if request.GET.get("strict"):
        ready = not degraded
    status = "degraded" if degraded else "ready"
    return JsonResponse(
        {
            "status": status if ready else "unready",
            "parts": {name: problem or "ok" for name, problem in found.items()},
            "degraded": sorted(degraded),
        },
        status=200 if ready else 503,
    )


@never_cache
@require_safe
def metrics_view(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus: to this machine, or to who shows METRICS_TOKEN as a bearer token."""
    if not (_is_local(request) or _has_token(request)):
        raise PermissionDenied
    return HttpResponse(metrics.render(), content_type=metrics.CONTENT_TYPE)


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
