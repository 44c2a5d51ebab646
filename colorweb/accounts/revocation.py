"""Sockets and streams that are open in this process, and what ends them before their time.

Who opened one may lose the right to it: the token is withdrawn or expires, the session or the
account ends, the password or a permission changes. One task a process looks at all of them
together, so that an open page costs no queries of its own.
"""

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from django.contrib.sessions.models import Session
from django.db.models import Q
from django.utils import timezone

from colorweb.accounts.models import ApiToken, User
from colorweb.accounts.visitors import Visitor
from colorweb.http import streams

log = logging.getLogger(__name__)
CHECK_EVERY = 2.0
"""Seconds; whatever is open ends within five after its right to be."""


@dataclass(frozen=True, slots=True)
class Credential:
    """What an account was known by when it opened a stream, and what it could do."""

    user: int
    token: int | None
    session: str
    rights: str


@dataclass(eq=False, slots=True)
class Stream:
    """One open socket or stream; `ended` is set when it has to end, `stopping` when the whole
    process does."""

    credential: Credential | None
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    stopping: bool = False
    wake: Callable[[], None] | None = None
    """Called then, for what waits for something else than `ended`."""

    def end(self) -> None:
        """It has to end."""
        self.ended.set()
        if self.wake:
            self.wake()


_stopping = False
"""The process has begun to stop: what is opened now ends as soon as it has begun."""
_open: dict[asyncio.AbstractEventLoop, set[Stream]] = {}
_watchers: dict[asyncio.AbstractEventLoop, asyncio.Task[None]] = {}


@asynccontextmanager
async def opened(visitor: Visitor, session_key: str | None) -> AsyncIterator[Stream]:
    """A stream of the visitor's, for as long as it is open; the key is of the session, if any."""
    credential = None
    if visitor.user:
        credential = await streams.read(credential_of, visitor, session_key or "")
    stream = Stream(credential, stopping=_stopping)
    if _stopping:
        stream.end()
    loop = asyncio.get_running_loop()
    found = _open.setdefault(loop, set())
    found.add(stream)
    if loop not in _watchers:
        _watchers[loop] = loop.create_task(_watch(loop))
    try:
        yield stream
    finally:
        found.discard(stream)


def end_all() -> None:
    """End everything that is open, or will be; for a process that is about to stop."""
    global _stopping  # noqa: PLW0603 - there is one process, and it stops once
    _stopping = True
    for found in _open.values():
        for stream in found:
            stream.stopping = True
            stream.end()


def credential_of(visitor: Visitor, session_key: str) -> Credential | None:
    """What the visitor is known by; None for guests, from whom nothing can be withdrawn."""
    user, token = visitor.user, visitor.api_token
    if user is None:
        return None
    if token:
        return Credential(user.pk, token.pk, "", _rights(user))
    return Credential(user.pk, None, session_key, _rights(user) + user.get_session_auth_hash())


def withdrawn(credentials: Iterable[Credential]) -> set[Credential]:
    """Those that no longer open what they opened."""
    wanted, now = set(credentials), timezone.now()
    users = User.objects.filter(is_active=True).in_bulk({one.user for one in wanted})
    alive = Q(expires_at=None) | Q(expires_at__gt=now)
    tokens = ApiToken.objects.filter(alive, pk__in={one.token for one in wanted if one.token})
    sessions = Session.objects.filter(
        expire_date__gt=now, pk__in={one.session for one in wanted if one.session}
    )
    good_tokens = set(tokens.values_list("pk", flat=True))
    good_sessions = set(sessions.values_list("pk", flat=True))
    rights = {key: (_rights(user), user.get_session_auth_hash()) for key, user in users.items()}

    def is_good(one: Credential) -> bool:
        if one.user not in rights:
            return False
        now_may, password = rights[one.user]
        if one.token:
            return one.token in good_tokens and one.rights == now_may
        return one.session in good_sessions and one.rights == now_may + password

    return {one for one in wanted if not is_good(one)}


def _rights(user: User) -> str:
    """A short name of all that an account may do."""
    if not user.is_staff:
        return ""
    may = [str(user.is_superuser), *sorted(user.get_all_permissions())]
    return hashlib.sha256("\n".join(may).encode()).hexdigest()


async def _watch(loop: asyncio.AbstractEventLoop) -> None:
    """Ends what has to end, for as long as anything is open."""
    try:
        while _open[loop]:
            await asyncio.sleep(CHECK_EVERY)
            await _end_withdrawn([one for one in _open[loop] if one.credential])
    finally:
        del _open[loop], _watchers[loop]


async def _end_withdrawn(found: list[Stream]) -> None:
    known = {stream.credential for stream in found if stream.credential}
    if not known:
        return
    try:
        gone = await streams.read(withdrawn, known)
    except Exception:  # the database is away: the next look is soon
        log.warning("Open streams could not be checked.", exc_info=True)
        return
    for stream in found:
        if stream.credential in gone:
            stream.end()
