"""Errors and spans go to the servers that the settings name, without secrets."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.conf import settings
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

PROGRAM = """
import asyncio, logging
import django

django.setup(set_prefix=False)
from colorweb import logs, tracing
from colorweb.http.observed import Observed

async def application(scope, receive, send):
    scope["observation"].route = "s/<token>/"
    logging.getLogger("jobs").error("Broken: /s/Zm9vYmFy/")
    await send({"type": "http.response.start", "status": 500, "headers": []})

async def send(message):
    pass

parent = b"00-" + b"a" * 32 + b"-" + b"b" * 16 + b"-01"
headers = [(b"x-request-id", b"r1"), (b"traceparent", parent)]
scope = {"type": "http", "method": "GET", "path": "/s/Zm9vYmFy/", "headers": headers}
asyncio.run(Observed(application)(scope, None, send))
tracing.ended("job", [("reading", 10, 20), ("saving", 20, 50)], {"job": "j1"})
"""


@pytest.fixture
def received():
    """What a server of both kinds is sent, by path."""
    bodies: dict[str, bytes] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            bodies[self.path] = body
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"127.0.0.1:{server.server_port}"
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=settings.BASE_DIR,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "colorweb.settings",
            "SENTRY_DSN": f"http://key@{address}/1",
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{address}",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    server.shutdown()
    server.server_close()
    assert run.returncode == 0, run.stderr
    return bodies


def test_errors_and_spans_arrive_without_secrets(received):
    assert not any(b"Zm9vYmFy" in body for body in received.values())
    events = [json.loads(line) for line in received["/api/1/envelope/"].splitlines() if line]
    event = next(each for each in events if each.get("level") == "error")
    assert event["logentry"]["message"] == "Broken: /s/…/"
    assert event["tags"] == {"request": "r1"}

    request = ExportTraceServiceRequest.FromString(received["/v1/traces"])
    spans = {s.name: s for s in request.resource_spans[0].scope_spans[0].spans}
    assert set(spans) == {"GET s/<token>/", "job", "reading", "saving"}
    assert spans["GET s/<token>/"].trace_id.hex() == "a" * 32
    job = spans["job"]
    assert (job.start_time_unix_nano, job.end_time_unix_nano) == (10, 50)
    assert spans["saving"].parent_span_id == job.span_id
