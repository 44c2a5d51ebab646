"""Who is asking: an account, or a guest known by a signed cookie or token.

An account is known by its session or by an API token. A guest is a random key: the browser
carries it as a signed cookie, a script as `Authorization: Bearer <token>`; both are the same
signed text.
"""

import ipaddress
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.cached_db import SessionStore
from django.core import signing
from django.http import HttpRequest
from django.http.cookie import parse_cookie

from colorweb.accounts import tokens
from colorweb.accounts.models import ApiToken, User

COOKIE = "guest"
SHARED = "shared"
"""The cookie of grants, and the salt of its signature."""
SALT = "colorweb.guest"


@dataclass(slots=True)
class Visitor:
    """One who owns photos: `user` is set for accounts, `guest` (32 hex digits) for guests.

    A new guest is forgotten with the answer unless somebody calls `keep`.
    """

    user: User | None
    guest: str
    address: str
    is_new: bool = False
    kept: bool = False
    api_token: ApiToken | None = None
    grants: tuple[str, ...] = ()
    """Grants of share links that the browser presents; `jobs.storage.access` verifies them."""

    def may(self, scope: str) -> bool:
        """Whether the visitor, by this token or without one, may read, write, or act as staff."""
        if self.api_token and scope not in self.api_token.scopes:
            return False
        return scope != ApiToken.Scope.STAFF or bool(self.user and self.user.is_staff)

    def keep(self) -> None:
        """Let the browser remember this guest: it owns something now."""
        self.kept = True

    @property
    def key(self) -> str:
        """The name of this visitor's live channel."""
        return f"user-{self.user.pk}" if self.user else f"guest-{self.guest}"

    @property
    def queue_owner(self) -> str:
        """Whose turn a job takes: guests share that of their address, IPv6 that of its /64."""
        return self.user.queue_owner if self.user else f"address:{self.network}"

    @property
    def network(self) -> str:
        """The address, of IPv6 its /64: accounts and cookies are cheap, networks are not."""
        return network_of(self.address)

    @property
    def token(self) -> str:
        """The signed text that proves to be this guest."""
        return signing.Signer(salt=SALT).sign(self.guest)


def identity_group(key: str) -> str:
    """The channel group of all sockets opened as one visitor, whatever they look at."""
    return f"identity-{key}"


def network_of(address: str) -> str:
    """The address itself for IPv4, its /64 network for IPv6, `unknown` for anything else."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    if ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(ipaddress.ip_network((ip, 64), strict=False))


def is_refused(visitor: Visitor, authorization: str | None) -> bool:
    """Whether an `Authorization` header came with a visitor's request, and is nobody's token."""
    if authorization is None or visitor.api_token:
        return False
    return guest_key(bearer_token(authorization) or "") is None


def guest_key(token: str) -> str | None:
    """The guest's key inside a signed token, or None if the signature is wrong."""
    try:
        return signing.Signer(salt=SALT).unsign(token)
    except signing.BadSignature:
        return None


def bearer_token(authorization: str) -> str | None:
    """The token of an `Authorization: Bearer …` header, or None."""
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token else None


def identify(
    user: User | AnonymousUser, cookies: Mapping[str, str], authorization: str, address: str
) -> Visitor:
    """The visitor behind a request or socket; a new guest if it carries no identity.

    An explicit header takes precedence over the cookies that a browser sends by itself.
    """
    visitor = _identified(user, cookies, authorization, address)
    visitor.grants = _grants(cookies.get(SHARED, ""))
    return visitor


def _grants(cookie: str) -> tuple[str, ...]:
    try:
        return tuple(signing.loads(cookie, salt=SHARED)) if cookie else ()
    except signing.BadSignature:
        return ()


def _identified(
    user: User | AnonymousUser, cookies: Mapping[str, str], authorization: str, address: str
) -> Visitor:
    secret = bearer_token(authorization) or ""
    if token := tokens.find(secret):
        return Visitor(user=token.user, guest="", address=address, api_token=token)
    if key := guest_key(secret):
        return Visitor(user=None, guest=key, address=address)
    if user.is_authenticated:
        return Visitor(user=user, guest="", address=address)
    if key := guest_key(cookies.get(COOKIE, "")):
        return Visitor(user=None, guest=key, address=address)
    return Visitor(user=None, guest=secrets.token_hex(16), address=address, is_new=True)


def of_scope(scope: Mapping[str, Any]) -> Visitor:
    """The visitor behind a request or websocket that no middleware has seen."""
    headers = dict(scope["headers"])
    cookies = parse_cookie(headers.get(b"cookie", b"").decode("latin-1"))
    request: Any = HttpRequest()
    request.session = SessionStore(cookies.get(settings.SESSION_COOKIE_NAME))
    return identify(
        get_user(request),
        cookies,
        headers.get(b"authorization", b"").decode("latin-1"),
        (scope.get("client") or ["unknown"])[0],
    )


class VisitorRequest(HttpRequest):
    """A request after `middleware.VisitorMiddleware`."""

    visitor: Visitor
