"""A server that is unavailable, busy or cut off is asked again; one that refuses is not."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from colorweb_client import Client, Refused, Unreachable
from colorweb_client.cli import main
from colorweb_client.retries import retry_after, send_with_retries

CUT = "cut"
PROBLEM = '{"code": "queue_full", "detail": "Later, please."}'


class Server(ThreadingHTTPServer):
    """Gives the answers of its list, in their order, then 200."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: list = []
        self.requests = 0
        self.url = f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.requests += 1
        answer = self.server.answers.pop(0) if self.server.answers else (200, {}, "{}")
        if answer == CUT:
            self.connection.close()
            return
        status, headers, body = answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_arguments: object) -> None:
        """Nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def ask(server):
    """Sends with retries; the answer and the pauses made."""

    def ask(timeout: float = 600) -> tuple[httpx.Response, list[float]]:
        pauses: list[float] = []
        with httpx.Client() as http:
            answer = send_with_retries(
                lambda: http.get(server.url), timeout, lambda seconds, _why: pauses.append(seconds)
            )
        return answer, pauses

    return ask


@pytest.mark.parametrize("trouble", [(429, {}, ""), (502, {}, ""), (503, {}, ""), CUT])
def test_trouble_that_passes_is_asked_through(server, ask, trouble):
    server.answers = [trouble] * 3
    answer, pauses = ask()
    assert (answer.status_code, server.requests) == (200, 4)
    assert 0.25 <= pauses[0] <= 0.5
    assert 1.0 <= pauses[2] <= 2.0


def test_the_servers_own_wish_counts(server, ask):
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    server.answers = [(503, {"Retry-After": "7"}, PROBLEM), (429, {"Retry-After": later}, PROBLEM)]
    _, pauses = ask()
    assert pauses[0] == 7
    assert 80 < pauses[1] <= 90


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 500])
def test_a_refusal_is_taken_at_its_word(server, ask, status):
    server.answers = [(status, {}, '{"code": "some_code", "detail": "Because."}')]
    with pytest.raises(Refused, match=r"Because\.") as refused:
        ask()
    assert (refused.value.status, refused.value.code) == (status, "some_code")
    assert server.requests == 1


def test_retries_end_with_the_timeout(server, ask):
    server.answers = [(503, {"Retry-After": "3600"}, PROBLEM)]
    with pytest.raises(Refused, match=r"Later, please\."):
        ask(timeout=60)
    assert server.requests == 1


def test_a_proxys_error_page_is_reported_as_what_it_is(server, ask):
    server.answers = [(418, {}, "<h1>teapot</h1>")]
    with pytest.raises(Refused, match="The server answered 418"):
        ask()


def test_a_server_that_is_not_there_is_said_in_one_line(server, tmp_path, capsys):
    (tmp_path / "a.jpg").write_bytes(b"x")
    server.server_close()
    place = ["--server", server.url, "--out", str(tmp_path / "out"), "--timeout", "0"]
    assert main(["colorize", str(tmp_path / "a.jpg"), *place]) == 3
    stderr = capsys.readouterr().err
    assert stderr.startswith("The server does not answer: ")
    assert stderr.count("\n") == 1


def test_something_else_at_the_address_is_said_at_once_in_one_line(server, tmp_path, capsys):
    (tmp_path / "a.jpg").write_bytes(b"x")
    server.answers = [(200, {"Content-Type": "text/html"}, "<h1>Welcome</h1>")]
    place = ["--server", server.url, "--out", str(tmp_path / "out")]
    assert main(["colorize", str(tmp_path / "a.jpg"), *place]) == 3
    stderr = capsys.readouterr().err
    assert "answers with text/html. Is this a colorweb server?" in stderr
    assert (stderr.count("\n"), server.requests) == (1, 1)


@pytest.mark.parametrize(
    "address", ["color.example", "http://127.0.0.1:9", "http://[::", "ftp://x"]
)
def test_a_wrong_address_ends_at_once(tmp_path, capsys, address):
    (tmp_path / "a.jpg").write_bytes(b"x")
    place = ["--server", address, "--out", str(tmp_path / "out")]
    assert main(["colorize", str(tmp_path / "a.jpg"), *place]) == 3  # without its 600 seconds
    assert capsys.readouterr().err.count("\n") == 1


def test_waiting_is_said(server, tmp_path, capsys):
    (tmp_path / "a.jpg").write_bytes(b"x")
    later = (503, {"Retry-After": "1"}, PROBLEM)
    server.answers = [later, (401, {}, '{"code": "authentication_failed", "detail": "Who?"}')]
    place = ["--server", server.url, "--out", str(tmp_path / "out")]
    assert main(["colorize", str(tmp_path / "a.jpg"), *place]) == 3
    assert capsys.readouterr().err.splitlines()[0] == "Waiting: Later, please."


def test_stopping_ends_the_waiting(server):
    server.answers = [(503, {"Retry-After": "300"}, PROBLEM)]
    client = Client(server.url)
    threading.Timer(0.2, client.stop).start()
    with pytest.raises(Exception, match="Stopped"):
        client.me()


def test_no_answer_at_all_is_unreachable():
    with pytest.raises(Unreachable), Client("http://127.0.0.1:9", timeout=0) as client:
        client.me()


@pytest.mark.parametrize("value", ["", "soon", "-3"])
def test_a_retry_after_without_sense_counts_as_none(value):
    assert retry_after(httpx.Response(503, headers={"Retry-After": value})) == 0
