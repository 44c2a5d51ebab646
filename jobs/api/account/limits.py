"""What the site allows a visitor in one request and at a time, as programs want to know it."""

from typing import Any

from django.conf import settings

from colorweb.accounts import tokens
from colorweb.accounts.visitors import Visitor
from colorweb.api.parsers import MAX_JSON_BYTES
from colorweb.api.rates import Rate
from jobs.api.waiting import MAX_WAIT
from jobs.photos import batches
from jobs.results import archives
from jobs.sharing import albums
from jobs.webhooks import endpoints


def of(visitor: Visitor) -> dict[str, Any]:
    """The limits by the names of `LimitsSerializer`."""
    is_account = visitor.user is not None
    return {
        "photo_bytes": settings.UPLOAD_MAX_BYTES,
        "photo_pixels": settings.UPLOAD_MAX_PIXELS,
        "photo_aspect": settings.UPLOAD_MAX_ASPECT,
        "json_bytes": MAX_JSON_BYTES,
        "batch_bytes": settings.REQUEST_MAX_BYTES,
        "batch_files": settings.UPLOAD_MAX_FILES,
        "batch_entries": batches.MAX_ENTRIES,
        "batch_pages": batches.MAX_PAGES,
        "archive_photos": archives.MAX_PHOTOS,
        "wait_seconds": MAX_WAIT,
        "streams": settings.STREAMS["token" if visitor.api_token else "visitor"],
        "uploads": _rate("upload"),
        "requests": _rate("request"),
        "albums": albums.MAX_ALBUMS,
        "tokens": tokens.MAX_TOKENS if is_account else 0,
        "webhooks": endpoints.MAX_ENDPOINTS if is_account else 0,
        "trash_days": settings.TRASH_RETENTION.total_seconds() / 86400 if is_account else 0,
        "photo_hours": None if is_account else settings.GUEST_RETENTION.total_seconds() / 3600,
    }


def _rate(scope: str) -> dict[str, int]:
    rate = Rate(scope)
    return {"limit": rate.limit, "seconds": rate.window}
