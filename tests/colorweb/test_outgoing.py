"""Requests to addresses that others name reach nothing that only the site can reach."""

import socket
import threading
import time

import pytest

from colorweb.http import outgoing
from tests.outsider import outsider


@pytest.fixture
def server():
    with outsider() as server:
        yield server


@pytest.fixture
def intranet(settings):
    """An installation that may call its own network."""
    settings.OUTGOING_PRIVATE = settings.OUTGOING_HTTP = True


def fetch(url: str, seconds: float = 5, limit: int = 10_000) -> tuple[int, bytes]:
    with outgoing.request("GET", url, seconds=seconds) as answer:
        return answer.status, b"".join(outgoing.limited(answer.body, limit))


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "100.64.0.1"),
        *("0.0.0.0", "224.0.0.1", "255.255.255.255", "198.18.0.1", "240.0.0.1"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fec0::1", "ff02::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1"),
        *("64:ff9b::7f00:1", "64:ff9b::10.0.0.1", "64:ff9b:1::1"),
        *("2002:7f00:1::", "2002:a00:1::1", "2001:0:4136:e378:8000:63bf:80ff:fffe", "100::1"),
    ],
)
def test_addresses_that_are_not_public(address):
    assert not outgoing.is_public(address)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1"],
)
def test_addresses_that_are_public(address):
    assert outgoing.is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            "example.org",
            "/path",
            "https://",
            "https:///x",
            "ftp://example.org/",
            "file:///etc",
        ),
        *("http://example.org/", "gopher://example.org/", "https://user:pass@example.org/"),
        *("https://user@example.org/", "https://example.org:22/", "https://example.org:99999/"),
        *("https://127.0.0.1/", "https://[::1]/", "https://[::ffff:10.0.0.1]/", "https://[::1"),
        *("https://exa mple.org/", "https://пример.рф/", "https://example.org/\n"),
        *(f"https://{'a' * 64}.org/", f"https://example.org/{'a' * 2000}"),
    ],
)
def test_urls_that_are_refused_without_asking_anybody(url):
    with pytest.raises(outgoing.Forbidden):
        outgoing.check(url)


@pytest.mark.parametrize(
    "url", ["https://example.org/", "https://example.org:8443/a?b=c", "https://8.8.8.8/hook"]
)
def test_urls_that_may_be_called(url):
    outgoing.check(url)


@pytest.mark.parametrize("host", ["localhost", "2130706433", "0x7f000001", "127.1"])
def test_a_name_that_leads_home_is_not_called(server, settings, host):
    settings.OUTGOING_HTTP = True
    with pytest.raises(outgoing.Forbidden):
        fetch(f"http://{host}:{server.server_port}/")
    assert not server.received


def test_a_name_with_one_private_address_is_not_called(server, settings, monkeypatch):
    settings.OUTGOING_HTTP = True
    both = [(2, 1, 6, "", ("8.8.8.8", 80)), (2, 1, 6, "", ("127.0.0.1", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: both)
    with pytest.raises(outgoing.Forbidden):
        fetch(f"http://example.org:{server.server_port}/")


@pytest.mark.usefixtures("intranet")
def test_the_address_that_was_looked_at_is_the_one_called(server, monkeypatch):
    """A name that means something else a moment later leads nowhere else."""
    looked_up = []
    resolve = socket.getaddrinfo

    def once(host, *more, **other):
        if host != "rebinding.example":
            return resolve(host, *more, **other)
        looked_up.append(host)
        return [(2, 1, 6, "", ("127.0.0.1" if len(looked_up) == 1 else "192.0.2.1", 80))]

    monkeypatch.setattr(socket, "getaddrinfo", once)
    assert fetch(f"http://rebinding.example:{server.server_port}/")[0] == 200
    assert looked_up == ["rebinding.example"]
    assert server.received[0].headers["host"] == f"rebinding.example:{server.server_port}"


@pytest.mark.usefixtures("intranet")
def test_no_redirect_is_followed(server):
    server.answer = lambda handler: handler.respond(302, Location=f"{server.url}/other")
    assert fetch(server.url) == (302, b"")
    assert [request.path for request in server.received] == ["/"]


@pytest.mark.usefixtures("intranet")
def test_no_proxy_of_the_environment_is_asked(server, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert fetch(f"{server.url}/a?b=c")[0] == 200
    assert server.received[0].path == "/a?b=c"


@pytest.mark.usefixtures("intranet")
def test_an_answer_has_an_end(server):
    server.answer = lambda handler: handler.respond(200, b"x" * 10_001)
    with pytest.raises(outgoing.TooLong):
        fetch(server.url)


@pytest.mark.usefixtures("intranet")
@pytest.mark.parametrize("part", ["head", "body"])
def test_a_server_that_drips_does_not_hold_on(server, part):
    enough = threading.Event()

    def drip(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        if part == "body":
            handler.wfile.write(b"Content-Length: 1000\r\n\r\n")
        while not enough.wait(0.05):
            handler.wfile.write(b"x")

    server.answer = drip
    start = time.monotonic()
    with pytest.raises(outgoing.Unreachable):
        fetch(server.url, seconds=0.5)
    assert time.monotonic() - start < 10
    enough.set()


@pytest.mark.usefixtures("intranet")
def test_a_server_that_is_not_there_is_said(monkeypatch):
    for url in ("http://127.0.0.1:9/", "http://nothing.invalid/"):
        monkeypatch.setattr(outgoing, "LOWEST_PORT", 1)
        with pytest.raises(outgoing.Unreachable):
            fetch(url)


@pytest.mark.usefixtures("intranet")
def test_nonsense_for_an_answer_is_said(server):
    server.answer = lambda handler: handler.wfile.write(b"SSH-2.0\r\n\r\n")
    with pytest.raises(outgoing.Unreachable):
        fetch(server.url)
