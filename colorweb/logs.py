"""Lines of logs without what opens something: the tokens of share links, the keys in mails.

As JSON, a line also has the ids that were bound where it was logged: `request`, `job`, `run`.
"""

import logging
import re
from contextlib import AbstractContextManager

import structlog

BEFORE_SECRETS = ("s", "account/password/reset/key", "account/confirm-email")
"""Paths after which a secret follows; docker/nginx.conf has them, too."""
_SLASH = "(?:/|%2F)"
_PATHS = "|".join(path.replace("/", _SLASH) for path in BEFORE_SECRETS)
SECRET = re.compile(rf"({_SLASH}(?:{_PATHS}){_SLASH})(?!done/)[^\s/?&\"'%]+", re.IGNORECASE)


def masked(text: str) -> str:
    """The text with … in the place of secrets in addresses."""
    return SECRET.sub(r"\1…", text)


def bound(**ids: object) -> AbstractContextManager[None]:
    """Lets lines that are logged within the block, in this thread or task, have these ids."""
    return structlog.contextvars.bound_contextvars(
        **{name: str(each) for name, each in ids.items()}
    )


class Formatter(logging.Formatter):
    """A formatter that masks them in whatever is logged, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


class JsonFormatter(structlog.stdlib.ProcessorFormatter):
    """The same as JSON: `timestamp`, `level`, `logger`, `event`, bound ids, and `exception`."""

    def __init__(self) -> None:
        super().__init__(
            foreign_pre_chain=[
                structlog.contextvars.merge_contextvars,
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.format_exc_info,
            ],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))
