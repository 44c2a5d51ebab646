"""Pillow with what it may read."""

import warnings

from PIL import Image

try:
    from pillow_heif import register_heif_opener
except ImportError:  # HEIC then counts as an unsupported format
    _HEIF: list[str] = []
else:
    register_heif_opener()
    _HEIF = ["HEIF"]

FORMATS = ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "AVIF", *_HEIF]
"""Its names of what it may open; every other decoder stays shut."""

Image.init()  # Pillow meets most formats only now; naming one before is an error
# Pillow only warns between its limit and twice that; too large is too large.
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)
