"""Where a request comes from, as far as browsers say."""

from django.conf import settings
from django.http import HttpRequest

SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")
OWN = ("same-origin", "none")
"""`Sec-Fetch-Site` of our own pages, and of what people do themselves, as in the address bar."""


def from_browser(request: HttpRequest) -> bool:
    """Whether a browser sends this: all of now say with an unsafe request where it comes from."""
    return "Sec-Fetch-Site" in request.headers or "Origin" in request.headers


def is_foreign(request: HttpRequest) -> bool:
    """Whether a browser says that another site's page sends this unsafe request.

    Programs send neither `Origin` nor `Sec-Fetch-Site`. A page cannot send `Authorization` to
    another site without asking first, which only origins in `CORS_ORIGINS` are allowed, so who
    sends it is no page or one of theirs. Origins in `CSRF_TRUSTED_ORIGINS` are no other site.
    """
    headers = request.headers
    if request.method in SAFE or headers.get("Authorization", "").lower().startswith("bearer "):
        return False
    site, origin = headers.get("Sec-Fetch-Site"), headers.get("Origin")
    if site in OWN or (site is None and origin is None):
        return False
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return False
    return site is not None or origin != f"{request.scheme}://{request.get_host()}"
