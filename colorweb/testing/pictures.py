"""Pictures made by code, good and bad."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def scene(width: int = 320, height: int = 240, seed: int = 0) -> np.ndarray:
    """A sky, a hill and some grain: smooth parts, edges and noise. Gray, uint8 H,W."""
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j].astype(np.float32)
    sky = 190 - 60 * y
    hill = 60 + 60 * x
    grain = np.random.default_rng(seed).normal(0, 4, (height, width)).astype(np.float32)
    gray = np.where(y > 0.55 + 0.15 * np.sin(5 * x + seed), hill, sky) + grain
    return gray.clip(0, 255).astype(np.uint8)


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    """The picture as a file of `kind`, as Pillow names it."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def encoded(kind: str = "JPEG", width: int = 320, height: int = 240, seed: int = 0) -> bytes:
    """A black-and-white photo as a file of `kind`."""
    return saved(Image.fromarray(scene(width, height, seed)), kind, quality=90)


def upload(name: str = "old.jpg", content: bytes | None = None) -> SimpleUploadedFile:
    """A photo as a form sends it."""
    return SimpleUploadedFile(name, encoded() if content is None else content)


def jpeg(width: int = 640, height: int = 480) -> bytes:
    """A black-and-white photo as old scanners write them: a gray JPEG."""
    return encoded("JPEG", width, height)


def landscape() -> Image.Image:
    """The scene of `jpeg`, not in a file yet."""
    return Image.fromarray(scene(640, 480))


def cmyk_jpeg() -> bytes:
    """A JPEG in four printing inks."""
    return saved(landscape().convert("RGB").convert("CMYK"), "JPEG", quality=90)


def tiff_16_bit() -> bytes:
    """A gray TIFF with 65,536 levels, as film scanners write them."""
    return saved(Image.fromarray(np.asarray(landscape()).astype(np.uint16) * 257), "TIFF")


def animated_gif() -> bytes:
    """A GIF of two pictures."""
    first = landscape()
    return saved(first, "GIF", save_all=True, append_images=[first.rotate(180)], duration=100)


def svg() -> bytes:
    """A drawing, not a photo."""
    return (
        b'<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64">'
        b'<rect width="64" height="64" fill="gray"/></svg>'
    )


def png_bomb(side: int = 60_000) -> bytes:
    """A small PNG whose header claims `side` x `side` pixels."""
    squeezed = zlib.compressobj(9)
    row = bytes(1 + side)
    data = b"".join(squeezed.compress(row) for _ in range(200)) + squeezed.flush()
    return png(side, side, data)


def png(width: int, height: int, data: bytes) -> bytes:
    """A gray PNG around compressed rows, whatever those are."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _png_chunk(b"IHDR", header)
        + _png_chunk(b"IDAT", data)
        + _png_chunk(b"IEND", b"")
    )


def many_scans(scans: int, width: int = 1000, height: int = 800) -> bytes:
    """A progressive gray JPEG of so many empty scans: tiny, and endless to decode."""
    small = saved(Image.new("L", (16, 16), 128), "JPEG", progressive=True)
    size = small.index(b"\xff\xc2") + 5
    head = small[:size] + struct.pack(">HH", height, width) + small[size + 4 :]
    first = head.index(b"\xff\xda")
    scan = head[first : head.index(b"\xff\xda", first + 2)]
    return head[:first] + scan * scans + b"\xff\xd9"


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def opened(file: bytes) -> Image.Image:
    """The picture in a file, decoded."""
    image = Image.open(io.BytesIO(file))
    image.load()
    return image


def chroma(file: bytes) -> float:
    """How far a picture's color channels lie apart, mean in levels; 0 for a gray picture."""
    pixels = np.asarray(opened(file).convert("RGB")).astype(np.int16)
    return float((pixels.max(axis=2) - pixels.min(axis=2)).mean())
