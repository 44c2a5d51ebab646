"""Requests to addresses that somebody else has named: webhooks, and photos to fetch.

Nobody may use the site to reach what only the site can reach. A name is resolved once, every
address it has must be public, and the connection goes to the address that was looked at; the
host's own name stays for TLS and the Host header. No proxy of the environment is asked, no
redirect followed here, and all of it, however slowly the other side speaks, ends in time.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

import certifi
import httpcore
from django.conf import settings
from django.utils.translation import gettext as _

USER_AGENT = "colorweb"
MAX_URL_LENGTH = 2000
NAT64 = ipaddress.ip_network("64:ff9b::/96")
REDIRECTS = frozenset({301, 302, 303, 307, 308})
LOWEST_PORT = 1024
"""Below are other services than the web's; except on 80 and 443 nobody serves HTTP there."""


class Forbidden(Exception):
    """An address that is not to be called, with a sentence that explains why."""


class Unreachable(Exception):
    """No whole answer in time, with a sentence that explains why."""


class TooLong(Exception):
    """The answer has more bytes than it may have."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The head of an answer, and its body to read once."""

    status: int
    headers: dict[str, str]
    body: Iterator[bytes]


def check(url: str) -> SplitResult:
    """Raise Forbidden for a URL that can be refused without asking anybody; its parts."""
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
        (host or "").encode("idna")  # refuses names that no resolver takes
    except ValueError as error:
        raise Forbidden(_("This is not a web address.")) from error
    plain = url.isascii() and url.isprintable() and " " not in url
    if not host or not plain or len(url) > MAX_URL_LENGTH:
        raise Forbidden(_("This is not a web address."))
    if parts.scheme != "https" and not (parts.scheme == "http" and settings.OUTGOING_HTTP):
        raise Forbidden(_("The address must begin with https://."))
    if parts.username is not None or parts.password is not None:
        raise Forbidden(_("The address must not contain a password."))
    if port is not None and port not in (80, 443) and port < LOWEST_PORT:
        raise Forbidden(_("This port is not allowed."))
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return parts
    _ensure_public([host])
    return parts


@contextmanager
def request(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
    seconds: float,
) -> Iterator[Answer]:
    """Send one request; the answer's body is to be read inside the block.

    Everything from the connection to the body's last byte ends within `seconds`. Raises
    Forbidden and Unreachable, the latter also while the body is read.
    """
    parts = check(url)
    pool = httpcore.ConnectionPool(
        ssl_context=_trusted(),
        network_backend=_Guarded(time.monotonic() + seconds),
        max_connections=1,
        max_keepalive_connections=0,
    )
    usual = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity", "Host": parts.netloc}
    limits = dict.fromkeys(("connect", "read", "write", "pool"), seconds)
    with (
        pool,
        _said_plainly(),
        pool.stream(
            method,
            httpcore.URL(
                scheme=parts.scheme.encode(),
                host=(parts.hostname or "").encode(),
                port=parts.port,
                target=(parts._replace(scheme="", netloc="", fragment="").geturl() or "/").encode(),
            ),
            headers=[*{**usual, **(headers or {})}.items()],
            content=content,
            extensions={"timeout": limits},
        ) as response,
    ):
        yield Answer(
            response.status,
            {
                name.decode("latin-1").lower(): value.decode("latin-1")
                for name, value in response.headers
            },
            response.iter_stream(),
        )


def following(location: str, url: str) -> str:
    """Where a redirect from `url` leads; the new address is checked when it is requested."""
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise Forbidden(_("This is not a web address.")) from error


def limited(body: Iterable[bytes], limit: int) -> Iterator[bytes]:
    """The pieces of a body. Raises TooLong once there are more than `limit` bytes."""
    read = 0
    for piece in body:
        read += len(piece)
        if read > limit:
            raise TooLong
        yield piece


def is_public(address: str) -> bool:
    """Whether an IP address, or the IPv4 address that an IPv6 address stands for, is public."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        if ip in NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        elif not inner and (ip.is_reserved or ip.is_site_local):
            return False
        if inner and not is_public(str(inner)):
            return False
        if ip.ipv4_mapped:
            return True
    return ip.is_global and not ip.is_multicast


@cache
def _trusted() -> ssl.SSLContext:
    """The certificates of the machine, which an intranet may add to, and those of certifi."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _ensure_public(addresses: Iterable[str]) -> None:
    if not settings.OUTGOING_PRIVATE and not all(map(is_public, addresses)):
        raise Forbidden(_("This address is not on the public internet."))


@contextmanager
def _said_plainly() -> Iterator[None]:
    try:
        yield
    except httpcore.TimeoutException as error:
        raise Unreachable(_("There was no complete answer in time.")) from error
    except httpcore.ConnectError as error:
        raise Unreachable(_("No connection: %(error)s") % {"error": error}) from error
    except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError) as error:
        raise Unreachable(_("The connection broke: %(error)s") % {"error": error}) from error


class _Guarded(httpcore.NetworkBackend):
    """Connects to public addresses only, and gives no stream more than the time that is left."""

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self.network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        failure: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for address in _resolved(host, port):
            try:
                stream = self.network.connect_tcp(address, port, _left(self.deadline))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
                continue
            return _Timely(stream, self.deadline)
        raise failure or httpcore.ConnectError("the name has no address")


def _resolved(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError("the name is not known") from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    _ensure_public(addresses)
    return addresses


class _Timely(httpcore.NetworkStream):
    """A stream whose every step ends before one deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self.stream = stream
        self.deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, _left(self.deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, _left(self.deadline))

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        stream = self.stream.start_tls(ssl_context, server_hostname, _left(self.deadline))
        return _Timely(stream, self.deadline)

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("time is over")
    return left
