"""Context variables of every page."""

from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.utils.crypto import salted_hmac

from colorweb.accounts.visitors import Visitor, VisitorRequest
from jobs.storage import access

FORMATS = (
    *("JPEG", "PNG", "WebP", "TIFF", "HEIC", "AVIF", "BMP", "GIF"),
    *("JPEG 2000", "JPEG XL", "PDF", "DNG"),
)


def limits(request: VisitorRequest) -> dict[str, Any]:
    """The site's limits and its operator's contact, for all templates."""
    return {
        "limits": {
            "bytes": settings.UPLOAD_MAX_BYTES,
            "megabytes": settings.UPLOAD_MAX_BYTES // 1_000_000,
            "megapixels": settings.UPLOAD_MAX_PIXELS // 1_000_000,
            "aspect": settings.UPLOAD_MAX_ASPECT,
            "formats": FORMATS,
            "guest_hours": round(settings.GUEST_RETENTION.total_seconds() / 3600),
            "trash_days": round(settings.TRASH_RETENTION / timedelta(days=1)),
        },
        "has_photos": partial(_has_photos, request),
        "visitor_mark": partial(_mark, request),
        "contact": settings.CONTACT,
        "mail_arrives": settings.MAIL_ARRIVES,
    }


def _has_photos(request: VisitorRequest) -> bool:
    """Whether there is a history to look at; evaluated only where a page needs it."""
    visitor: Visitor | None = getattr(request, "visitor", None)
    if visitor is None:  # refused before the visitor was identified
        return False
    return bool(visitor.user) or (not visitor.is_new and access.photos_of(visitor).exists())


def _mark(request: VisitorRequest) -> str:
    """By what a page's scripts tell visitors apart: `a:…` of an account, `g:…` of a guest, empty
    for a newcomer.
    """
    visitor: Visitor | None = getattr(request, "visitor", None)
    if visitor is None or (visitor.is_new and not visitor.kept):
        return ""
    mark = salted_hmac("jobs.tray", visitor.key).hexdigest()[:16]
    return f"{'a' if visitor.user else 'g'}:{mark}"
