"""What a run says while it goes on: one line that stays in its place, and one for each error."""

from __future__ import annotations

import json
import sys
import threading
import time

from colorweb_client.batch import Outcome
from colorweb_client.errors import code_of

TELL_EVERY = 30.0
"""Seconds between two lines about waiting, where no line stays in its place."""


class Report:
    """Progress and errors on stderr; with `as_json` a line of JSON for each photo on stdout."""

    def __init__(self, photos: int, *, quiet: bool = False, as_json: bool = False) -> None:
        self.photos = photos
        self.quiet, self.as_json = quiet, as_json
        self.live = sys.stderr.isatty() and not quiet
        self.colored = self.skipped = self.failed = 0
        self._said = float("-inf")
        self._lock = threading.Lock()

    def add(self, outcome: Outcome) -> None:
        """Count a photo; report what was wrong with it."""
        self.failed += outcome.error is not None
        self.skipped += outcome.skipped
        self.colored += outcome.error is None and not outcome.skipped
        if self.as_json:
            print(json.dumps(_as_json(outcome), ensure_ascii=False), flush=True)
        elif outcome.error:
            self.line(f"{outcome.photo}: {outcome.error}")
        self._show(self.text())

    def pause(self, seconds: float, why: str) -> None:
        """The server is waited for."""
        if self.live:
            self._show(f"{self.text()}; waiting {seconds:.0f} s: {why}")
        elif not self.quiet and time.monotonic() - self._said > TELL_EVERY:
            self._said = time.monotonic()
            self.line(f"Waiting: {why}")

    def text(self) -> str:
        """How far it has come."""
        text = f"{self.colored + self.skipped + self.failed} of {self.photos} photos"
        skipped = f", {self.skipped} were there already" if self.skipped else ""
        return text + skipped + (f", {self.failed} failed" if self.failed else "")

    def line(self, text: str) -> None:
        """A line of its own."""
        with self._lock:
            sys.stderr.write(("\r\x1b[K" if self.live else "") + " ".join(text.split()) + "\n")

    def close(self) -> None:
        """The last line."""
        if not self.quiet:
            self.line(self.text())

    def _show(self, text: str) -> None:
        if self.live:
            with self._lock:
                sys.stderr.write(f"\r\x1b[K{text}")
                sys.stderr.flush()


def _as_json(outcome: Outcome) -> dict[str, object]:
    status = "skipped" if outcome.skipped else "failed" if outcome.error else "colored"
    error = outcome.error and {"code": code_of(outcome.error), "message": str(outcome.error)}
    return {
        "photo": str(outcome.photo),
        "status": status,
        "result": outcome.result and str(outcome.result),
        "job": outcome.job or None,
        "error": error,
    }
