"""What docker/nginx.conf forwards, with a real nginx where there is one."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest

from colorweb.runtime import REPOSITORY
from colorweb.testing import nginx
from colorweb.testing.ports import free_port
from colorweb.testing.waiting import wait_for


class Echo(BaseHTTPRequestHandler):
    """Answers with the request it received."""

    def do_POST(self) -> None:
        """The headers, in small letters, and how many bytes the body had."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        received = {name.lower(): value for name, value in self.headers.items()}
        answer = json.dumps({**received, "body": len(body)}).encode()
        self.send_response(206)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_about: object) -> None:
        """Nothing."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[httpx.Client]:
    """A client of nginx with our configuration, in front of an echo."""
    echo, port = ThreadingHTTPServer(("127.0.0.1", 0), Echo), free_port()
    Thread(target=echo.serve_forever, daemon=True).start()
    with (
        nginx.running(tmp_path, port, [echo.server_port], proxies=["127.0.0.7"]),
        httpx.Client(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        yield client
    echo.shutdown()


def test_nginx_passes_on_what_the_site_needs(site: httpx.Client) -> None:
    answer = site.post(
        "/",
        content=bytes(5_000_000),
        headers={
            "Host": "colors.example",
            "Range": "bytes=0-1",
            "X-Forwarded-For": "198.51.100.1, 203.0.113.5",
            "X-Forwarded-Proto": "https",
        },
    )
    assert answer.status_code == 206
    received = answer.json()
    assert received["body"] == 5_000_000
    assert (received["host"], received["range"]) == ("colors.example", "bytes=0-1")
    # The proxy before us has added the last; what a client claims itself goes no further.
    assert received["x-forwarded-for"] == "203.0.113.5"
    assert received["x-forwarded-proto"] == "https"
    assert "upgrade" not in received


def test_only_named_proxies_say_for_whom_they_ask(site: httpx.Client) -> None:
    """Not 172.16.0.0/12, where other containers and machines may be."""
    text = (REPOSITORY / "docker" / "nginx.conf").read_text()
    believed = re.findall(r"^ *set_real_ip_from (.*);", text, re.MULTILINE)
    assert believed == ["127.0.0.1", "::1"]
    asked = {"X-Forwarded-For": "203.0.113.5"}
    for source, passed_on in (("127.0.0.7", "203.0.113.5"), ("127.0.0.8", "127.0.0.8")):
        transport = httpx.HTTPTransport(local_address=source)
        with httpx.Client(transport=transport, base_url=site.base_url) as client:
            assert client.post("/", headers=asked).json()["x-forwarded-for"] == passed_on


def test_one_address_has_a_number_of_connections(site: httpx.Client) -> None:
    port = site.base_url.port
    assert port
    with ExitStack() as opened:
        for _ in range(310):
            half_sent = socket.create_connection(("127.0.0.1", port))
            opened.enter_context(half_sent)
            # A body that does not come: the request waits.
            half_sent.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n")
        wait_for(lambda: site.post("/").status_code == 429, "connections to be refused")
        assert site.post("/api/v1/jobs/").json()["code"] == "throttled"
        assert "Слишком много соединений" in site.post("/").text
        transport = httpx.HTTPTransport(local_address="127.0.0.8")
        with httpx.Client(transport=transport, base_url=site.base_url) as client:
            assert client.post("/").status_code == 206


def test_without_a_web_process_programs_get_a_problem_and_people_a_page(tmp_path: Path) -> None:
    port = free_port()
    with (
        nginx.running(tmp_path, port, [free_port()]),
        httpx.Client(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        for path, kind, words in (
            ("/api/v1/jobs/", "application/problem+json", '"code": "unavailable"'),
            ("/gallery/", "text/html; charset=utf-8", "Сайт перезапускается."),
        ):
            answer = client.get(path)
            assert (answer.status_code, answer.headers["Content-Type"]) == (503, kind)
            assert words in answer.text
            assert answer.headers["Retry-After"] == "2"


def test_nginx_lets_websockets_through(site: httpx.Client) -> None:
    received = site.post(
        "/ws/me/", headers={"Upgrade": "websocket", "Connection": "Upgrade"}
    ).json()
    assert (received["upgrade"], received["connection"]) == ("websocket", "upgrade")


def test_the_access_log_holds_no_token_and_no_key(site: httpx.Client, tmp_path: Path) -> None:
    secrets = ("s/Zm9vYmFy", "account/password/reset/key/1-abc123", "account/confirm-email/MQ:1x")
    for path in secrets:
        site.post(f"/{path}/?next=1", headers={"Referer": "http://127.0.0.1/s/Zm9vYmFy/"})
    log = tmp_path / "access.log"
    wait_for(lambda: log.read_text().count("\n") == 3, "the log to be written")
    assert not [path for path in secrets if path.rsplit("/", 1)[1] in log.read_text()]
    assert '"POST /s/***/?next=1 HTTP/1.1" 206' in log.read_text()
