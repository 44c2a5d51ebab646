"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

FORMATS = ("JPEG", "PNG", "WebP", "TIFF", "HEIC", "AVIF", "BMP", "GIF")


def limits(request: HttpRequest) -> dict[str, Any]:
    """The upload limits, shown beside the drop zone."""
    return {
        "limits": {
            "bytes": settings.UPLOAD_MAX_BYTES,
            "megabytes": settings.UPLOAD_MAX_BYTES // 1_000_000,
            "megapixels": settings.UPLOAD_MAX_PIXELS // 1_000_000,
            "aspect": settings.UPLOAD_MAX_ASPECT,
            "formats": FORMATS,
        }
    }
