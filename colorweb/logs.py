"""Lines of logs without what opens something: the tokens of share links, the keys in mails."""

import logging
import re

BEFORE_SECRETS = ("s", "account/password/reset/key", "account/confirm-email")
"""Paths after which a secret follows; docker/nginx.conf has them, too."""
_SLASH = "(?:/|%2F)"
_PATHS = "|".join(path.replace("/", _SLASH) for path in BEFORE_SECRETS)
SECRET = re.compile(rf"({_SLASH}(?:{_PATHS}){_SLASH})(?!done/)[^\s/?&\"'%]+", re.IGNORECASE)


def masked(text: str) -> str:
    """The text with … in the place of secrets in addresses."""
    return SECRET.sub(r"\1…", text)


class Formatter(logging.Formatter):
    """A formatter that masks them in whatever is logged, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))
