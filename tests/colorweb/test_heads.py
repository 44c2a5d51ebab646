"""The web server gives up requests whose head does not come, and those whose head does not end."""

import asyncio
import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn

from colorweb.serve import protocol
from colorweb.testing.waiting import wait_for


async def application(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


@pytest.fixture
def server(monkeypatch) -> Iterator[uvicorn.Server]:
    """uvicorn with our protocol; a head may take half a second."""
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.5)
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        application, http="colorweb.serve.protocol:Protocol", lifespan="off", log_level="error"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])))
    thread.start()
    wait_for(lambda: server.started, "uvicorn to start")
    yield server
    server.should_exit = True
    thread.join(60)


@pytest.fixture
def port(server) -> int:
    """Where it listens."""
    return server.servers[0].sockets[0].getsockname()[1]


def connected(port: int) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", port))
    client.settimeout(60)
    return client


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: "])
def test_a_head_that_does_not_come_ends_the_connection(port, sent):
    with connected(port) as client:
        client.sendall(sent)
        assert client.recv(100) == b""


def test_a_head_without_end_ends_the_connection(port, monkeypatch):
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 600)
    with connected(port) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n")
        endless = b"".join(b"X-%d: %s\r\n" % (n, b"x" * 1000) for n in range(50_000))
        with pytest.raises(ConnectionError):
            client.sendall(endless)


def test_usual_requests_are_answered_one_after_another(port):
    request = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    with connected(port) as client:
        for _ in range(3):
            client.sendall(request)
            assert client.recv(1000).startswith(b"HTTP/1.1 204")


def end(server: uvicorn.Server, port: int) -> None:
    """The server is to end, and takes no more connections."""
    server.should_exit = True
    wait_for(lambda: refuses(port), "no more connections to be taken")


def refuses(port: int) -> bool:
    try:
        connected(port).close()
    except ConnectionError:
        return True
    return False


def test_a_request_that_has_begun_when_the_server_ends_is_answered(server, port, monkeypatch):
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 600)
    with connected(port) as client:
        client.sendall(b"GET / HTTP/1.1\r\n")
        connections = server.server_state.connections
        wait_for(lambda: any(one._head_bytes for one in connections), "the request to begin")
        end(server, port)
        client.sendall(b"Host: a\r\n\r\n")
        answer = client.recv(1000)
        assert answer.startswith(b"HTTP/1.1 204")
        assert b"connection: close" in answer
        assert client.recv(100) == b""


def test_a_connection_that_nobody_uses_does_not_keep_the_server_from_its_end(
    server, port, monkeypatch
):
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 600)
    with connected(port) as client:
        end(server, port)
        assert client.recv(100) == b""
