"""What can go wrong; the text of each is one line for people."""


class ColorwebError(Exception):
    """Anything this package raises."""


class Stopped(ColorwebError):
    """Somebody called `Client.stop`."""


class Unreachable(ColorwebError):
    """No answer after all retries."""


class NotColorweb(Unreachable):
    """Something else answers at this address."""


class Refused(ColorwebError):
    """The server answered with an error; `code` is one of those in its documentation."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code

    @property
    def concerns_all(self) -> bool:
        """Whether the next photo would fail the same way."""
        return self.status in (401, 403, 429, 502, 503, 504, 507)


class NotColored(ColorwebError):
    """The photo was taken, and its job failed or was canceled."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


def code_of(error: Exception) -> str:
    """A word for programs."""
    code = getattr(error, "code", "")
    return code if isinstance(code, str) and code else type(error).__name__.lower()
