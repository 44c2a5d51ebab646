"""Recording what is done, and who is doing it."""

import getpass
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from colorweb.audit.models import Action

Via = Action.Via


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and by which way."""

    via: str = Via.SITE
    user_id: int | None = None
    who: str = ""


BY_ITSELF = Actor()
_actor: ContextVar[Actor] = ContextVar("actor", default=BY_ITSELF)


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """Whatever is recorded within is this actor's doing."""
    token = _actor.set(actor)
    try:
        yield
    finally:
        _actor.reset(token)


def of_command() -> Actor:
    """Who runs a command on this machine."""
    try:
        who = getpass.getuser()
    except (OSError, KeyError):  # a container's user without a name
        who = ""
    return Actor(Via.COMMAND, None, who)


def record(
    what: str,
    target: Model | None = None,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Add a row, in the caller's transaction: `what` was done to `target`.

    `before` and `after` hold what was changed.
    """
    actor = _actor.get()
    Action.objects.create(
        via=actor.via,
        user_id=actor.user_id,
        who=actor.who,
        what=what,
        target_id=str(target.pk) if target else "",
        target=str(target)[:200] if target else "",
        before=dict(before or {}),
        after=dict(after or {}),
    )
