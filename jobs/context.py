"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

FORMATS = ("JPEG", "PNG", "WebP", "TIFF", "HEIC", "AVIF", "BMP", "GIF")


def limits(request: HttpRequest) -> dict[str, Any]:
    """What the site promises and who answers for it, said on several pages."""
    return {
        "limits": {
            "bytes": settings.UPLOAD_MAX_BYTES,
            "megabytes": settings.UPLOAD_MAX_BYTES // 1_000_000,
            "megapixels": settings.UPLOAD_MAX_PIXELS // 1_000_000,
            "aspect": settings.UPLOAD_MAX_ASPECT,
            "formats": FORMATS,
            "guest_hours": round(settings.GUEST_RETENTION.total_seconds() / 3600),
        },
        "contact": settings.CONTACT,
        "mail_arrives": settings.MAIL_ARRIVES,
    }
