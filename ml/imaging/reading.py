"""Photo files made into plain sRGB pixels: what the decoding process does with an opened file.

Everybody else calls `photos`, which has it done there.
"""

import cv2

from . import metadata, tones
from .color import Conversion
from .exchange import PREVIEW_SIDE, Inspection, Photo, Reduced, Size
from .notes import Note, note
from .opening import Opened, failure
from .photo_errors import PhotoError
from .pixels import QUARTER_TURNS, color_and_tone, on_white, shrunk, turned, whole
from .readers.picture import Samples
from .srgb import Pixels


def inspect(opened: Opened) -> Inspection:
    """Decode to the end, as small as the format allows, and say what is there.

    Raises PhotoError.
    """
    picture = opened.picture
    samples = _decoded(opened, PREVIEW_SIDE)
    rgb, alpha, notes = _shrunk(opened, samples, PREVIEW_SIDE)
    if alpha is not None:
        rgb = on_white(rgb, alpha)
    colored, toned = color_and_tone(rgb)
    full = picture.width, picture.height
    if picture.orientation in QUARTER_TURNS:
        full = full[1], full[0]
    return Inspection(
        format=opened.format.name,
        mime=opened.format.mime,
        width=full[0],
        height=full[1],
        has_color=colored,
        toned=toned,
        has_alpha=alpha is not None,
        depth=16 if samples.deep else 8,
        pages=picture.pages,
        notes=notes,
        tone_range=list(tones.measure(rgb)),
        small=turned(rgb, picture.orientation),
    )


def read(opened: Opened, *, deep: bool) -> Photo:
    """The picture as sRGB, the right way up, in 16 bits if it is `deep`. Raises PhotoError."""
    picture = opened.picture
    samples = _decoded(opened, None)
    rgb, alpha = whole(samples, Conversion(samples, picture.profile), deep=deep)
    dpi = metadata.resolution(picture)
    if dpi and picture.orientation in QUARTER_TURNS:
        dpi = dpi[1], dpi[0]
    return Photo(
        rgb=turned(rgb, picture.orientation),
        alpha=None if alpha is None else turned(alpha, picture.orientation),
        format=opened.format.name,
        exif=metadata.kept(picture),
        dpi=dpi,
    )


def reduce(opened: Opened, short_side: int) -> Reduced:
    """As training reads it: upright, the short side at most so long. Raises PhotoError."""
    picture = opened.picture
    shortest = min(picture.width, picture.height)
    side = -(-short_side * max(picture.width, picture.height) // shortest)
    rgb = turned(_shrunk(opened, _decoded(opened, side), side)[0], picture.orientation)
    scale = short_side / min(rgb.shape[:2])
    if scale < 1:
        size = round(rgb.shape[1] * scale), round(rgb.shape[0] * scale)
        rgb = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    return Reduced(rgb)


def size(opened: Opened) -> Size:
    """Width and height by the header."""
    return Size(opened.picture.width, opened.picture.height, opened.picture.pages)


def _shrunk(
    opened: Opened, samples: Samples, side: int
) -> tuple[Pixels, Pixels | None, list[Note]]:
    """The picture small, its long side at least `side` if it can be, and what was noticed."""
    convert = Conversion(samples, opened.picture.profile)
    notes = [*opened.picture.notes, *([note("profile_ignored")] if convert.ignored else [])]
    return *shrunk(samples, convert, side), notes


def _decoded(opened: Opened, side: int | None) -> Samples:
    try:
        return opened.picture.decode(side)
    except (PhotoError, MemoryError):
        raise
    except Exception as error:  # decoders raise what they like on broken data
        raise failure(opened.file) from error
