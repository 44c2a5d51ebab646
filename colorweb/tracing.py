"""Spans of requests and jobs, sent to an OpenTelemetry collector where OTEL_EXPORTER_OTLP_ENDPOINT
names one; else they cost nothing.

The SDK itself reads its other settings, such as OTEL_TRACES_SAMPLER. A request's span has its
route, never its address, which may hold a secret.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from django.conf import settings


class _State:
    tracer: Any = None


def start() -> None:
    """Send this process's spans from now on, if the setting is there."""
    if not settings.OTEL_ENDPOINT:
        return
    # Imported only where they are used.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
        OTLPSpanExporter,
    )
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    program = os.environ.get("COLORWEB_WORKER") or "web"
    about = {"service.namespace": "colorweb", "service.name": program}
    provider = TracerProvider(resource=Resource.create(about))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    _State.tracer = provider.get_tracer("colorweb")


def request(scope: Any, seen: Any) -> AbstractContextManager[None]:
    """The span of a request, which goes on with the trace of who sent it; `seen` has `route` and
    `status` by its end."""
    return _request(scope, seen) if _State.tracer else nullcontext()


@contextmanager
def _request(scope: Any, seen: Any) -> Iterator[None]:
    from opentelemetry import propagate, trace  # noqa: PLC0415 - only where it is used

    headers = {name.decode("latin-1"): each.decode("latin-1") for name, each in scope["headers"]}
    with _State.tracer.start_as_current_span(
        scope["method"],
        context=propagate.extract(headers),
        kind=trace.SpanKind.SERVER,
        attributes={"http.request.method": scope["method"]},
    ) as span:
        yield
        span.update_name(f"{scope['method']} {seen.route}")
        span.set_attributes({"http.route": seen.route, "http.response.status_code": seen.status})
        if seen.status >= 500:
            span.set_status(trace.StatusCode.ERROR)


def ended(name: str, stages: Sequence[tuple[str, int, int]], attributes: Mapping[str, str]) -> None:
    """One span of work that is over, from its first stage's beginning to its last one's end, and
    one below it for each stage: its name, when it began and when it ended, ns since 1970."""
    if not _State.tracer or not stages:
        return
    from opentelemetry import trace  # noqa: PLC0415 - only where it is used

    tracer = _State.tracer
    first, last = min(began for _, began, _ in stages), max(end for _, _, end in stages)
    whole = tracer.start_span(name, start_time=first, attributes=attributes)
    below = trace.set_span_in_context(whole)
    for stage, began, end in stages:
        tracer.start_span(stage, context=below, start_time=began).end(end)
    whole.end(last)
