"""Photo files made into plain sRGB pixels: what the decoding process does with an opened file.

Everybody else calls `photos`, which has it done there.
"""

from typing import BinaryIO

import cv2
import numpy as np
from PIL import Image, ImageOps

from . import metadata, opening
from .exchange import PREVIEW_SIDE, Inspection, Photo, Reduced, Size
from .opening import Opened
from .pixels import QUARTER_TURNS, Profile, has_color, on_white, shrunk, turned, whole
from .srgb import Pixels

MIME = {"jpeg": "image/jpeg", "heic": "image/heic"}


def inspect(opened: Opened) -> Inspection:
    """Decode to the end, as small as the format allows, and say what is there.

    Raises PhotoError.
    """
    image = opened.image
    notes = opening.notes(image)
    profile = Profile(image)
    full = image.size
    if _is_plain_jpeg(image):
        scale = min(1.0, PREVIEW_SIDE / max(full))
        image.draft(None, (round(full[0] * scale), round(full[1] * scale)))
        opening.load(image)
    else:
        opening.load(image)
        full = image.size
    rgb, alpha = shrunk(image, profile, PREVIEW_SIDE)
    orientation = opening.orientation(image)
    if alpha is not None:
        rgb = on_white(rgb, alpha)
    if orientation in QUARTER_TURNS:
        full = full[1], full[0]
    name = opening.format_name(image)
    return Inspection(
        format=name,
        mime=MIME.get(name) or Image.MIME[image.format or ""],
        width=full[0],
        height=full[1],
        has_color=has_color(rgb),
        has_alpha=alpha is not None,
        notes=notes + profile.notes,
        small=turned(rgb, orientation),
    )


def read(opened: Opened) -> Photo:
    """The first picture as sRGB, the right way up. Raises PhotoError.

    While it is decoded a JPEG takes its bytes and 6 bytes a pixel (OpenCV copies once), other
    formats 7; 3 stay, or 4 with alpha.
    """
    image = opened.image
    profile = Profile(image)
    rgb = _decode_jpeg(opened.file) if _is_plain_jpeg(image) else None
    alpha = None
    if rgb is not None:
        profile.apply(rgb)
    else:
        opening.load(image)
        rgb, alpha = whole(image, profile)
    orientation = opening.orientation(image)
    return Photo(
        rgb=turned(rgb, orientation),
        alpha=None if alpha is None else turned(alpha, orientation),
        format=opening.format_name(image),
        exif=metadata.kept(image),
    )


def reduce(opened: Opened, short_side: int) -> Reduced:
    """As training reads it: upright, the short side at most so long. May raise anything."""
    image = opened.image
    image.draft("RGB", (short_side, short_side))  # JPEG decodes straight to a smaller size
    opening.load(image)
    rgb = np.array(ImageOps.exif_transpose(image).convert("RGB"))
    scale = short_side / min(rgb.shape[:2])
    if scale < 1:
        size = round(rgb.shape[1] * scale), round(rgb.shape[0] * scale)
        rgb = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    return Reduced(rgb)


def size(opened: Opened) -> Size:
    """Width and height by the header."""
    return Size(*opened.image.size)


def _is_plain_jpeg(image: Image.Image) -> bool:
    return image.format in {"JPEG", "MPO"} and image.mode in {"L", "RGB"}


def _decode_jpeg(file: BinaryIO) -> Pixels | None:
    """Pixels straight into 3 bytes each, the same as Pillow's; None where the file is broken."""
    file.seek(0)
    data = np.frombuffer(file.read(), np.uint8)
    try:
        return cv2.imdecode(data, cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error:
        return None
