"""What can be wrong with a photo file, as sentences for the person who sent it."""

from collections.abc import Callable
from typing import Any

ERRORS = {
    "empty_file": "The file is empty. Copy it again from its source.",
    "too_many_bytes": "The file is %(megabytes)s MB; the limit is %(limit)s MB. Save it as a "
    "JPEG, or scale it down.",
    "not_a_photo": "This is not a photo. Choose a JPEG, PNG, WebP, TIFF, HEIC or AVIF file.",
    "vector_drawing": "This is an SVG drawing, not a photo. Export it as PNG and send that.",
    "unsupported_format": "%(kind)s files cannot be read here. Export the photo as JPEG or PNG.",
    "too_many_pixels": "The photo has %(megapixels)s megapixels; the limit is %(limit)s. Scale "
    "it down.",
    "too_narrow": "The photo is %(width)s x %(height)s pixels; its long side may be at "
    "most %(limit)s times its short side. Cut it into pieces.",
    "no_such_page": "The file has no page %(page)s; it has %(count)s.",
    "no_picture_on_page": "Page %(page)s of this PDF holds no scanned photo, only text or "
    "drawings. Export the photo itself as JPEG or PNG.",
    "truncated": "The file is incomplete. Copy or download it again.",
    "damaged": "The file is damaged. Open it in a photo program and save it as a new file.",
    "too_complex": "The file takes too much time or memory to read. Open it in a photo program "
    "and save it as a new JPEG.",
    "too_large_for_format": "A %(format)s file holds at most %(limit)s pixels a side. "
    "Choose JPEG or PNG.",
}
"""Stable code -> sentence, to be filled in with the error's ``params``."""


class PhotoError(Exception):
    """A file that cannot be colored, and what to do about it."""

    def __init__(self, code: str, **params: Any) -> None:
        self.code = code
        self.params = params
        self.message = ERRORS[code] % params
        super().__init__(self.message)


def _svg(head: bytes) -> bool:
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return text.startswith(b"<svg") or (text.startswith((b"<?xml", b"<!")) and b"<svg" in text)


_OTHERS: list[tuple[str, Callable[[bytes], bool]]] = [
    ("JPEG XR", lambda head: head.startswith(b"II\xbc\1")),
    ("Photoshop", lambda head: head.startswith(b"8BPS")),
    ("Icon", lambda head: head.startswith(b"\0\0\1\0")),
    ("PostScript", lambda head: head.startswith(b"%!PS")),
    ("GIMP", lambda head: head.startswith(b"gimp xcf")),
    ("DjVu", lambda head: head.startswith(b"AT&TFORM")),
    ("Video", lambda head: head[4:8] == b"ftyp" or head.startswith(b"\x1aE\xdf\xa3")),
    ("ZIP", lambda head: head.startswith(b"PK\3\4")),
]


def unidentified(head: bytes) -> PhotoError:
    """Why no reader wants a file that begins like this (a few kilobytes are enough)."""
    if head[4:8] == b"ftyp" and len(head) < 12:  # it ends before it says what it is
        return PhotoError("truncated")
    if _svg(head):
        return PhotoError("vector_drawing")
    for kind, fits in _OTHERS:
        if fits(head):
            return PhotoError("unsupported_format", kind=kind)
    return PhotoError("not_a_photo")
