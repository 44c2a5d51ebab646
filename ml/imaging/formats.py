"""Which kinds of photo files can be read: the one place where a file's reader is chosen.

A format is recognized by content, never by name.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import BinaryIO

from .photo_errors import PhotoError, unidentified
from .readers.picture import Picture

_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_RAW = (b"FUJIFILMCCD-RAW", b"IIRO", b"IIRS", b"MMOR", b"IIU\0", b"\0MRM", b"FOVb")
"""Beginnings of camera raw files that are not like TIFF: of Fuji, Olympus, Panasonic, Minolta and
Sigma."""
HEAD_BYTES = 4096
"""So much of a file's beginning tells its format."""


def _brands(head: bytes) -> set[bytes]:
    """What an ISO media file says that it is, the main brand and those it is compatible with."""
    if head[4:8] != b"ftyp":
        return set()
    end = min(int.from_bytes(head[:4], "big"), 256)
    return {head[8:12], *(head[at : at + 4] for at in range(16, end, 4))}


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name in jobs and API, and the module of `readers` that opens it."""

    name: str
    mime: str
    suffixes: tuple[str, ...]
    reader: str
    fits: Callable[[bytes], bool]

    def open(self, file: BinaryIO, page: int) -> Picture:
        """The picture on a page of a file whose beginning fits. May raise anything."""
        picture: Picture = import_module(f"{__package__}.readers.{self.reader}").open_picture(
            file, self.name, page
        )
        if page > picture.pages:
            raise PhotoError("no_such_page", page=page, count=picture.pages)
        return picture


FORMATS = (
    Format("jpeg", "image/jpeg", (".jpg", ".jpeg", ".jpe", ".jfif"), "jpeg",
           lambda head: head.startswith(b"\xff\xd8\xff")),
    Format("png", "image/png", (".png",), "png",
           lambda head: head.startswith(b"\x89PNG\r\n\x1a\n")),
    Format("webp", "image/webp", (".webp",), "plain",
           lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP"),
    Format("tiff", "image/tiff", (".tif", ".tiff"), "tiff",
           lambda head: head[:4] in {b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"}),
    Format("avif", "image/avif", (".avif",), "plain",
           lambda head: bool(_brands(head) & {b"avif", b"avis"})),
    Format("heic", "image/heic", (".heic", ".heif"), "plain",
           lambda head: bool(_brands(head) & _HEIC)),
    Format("bmp", "image/bmp", (".bmp",), "plain",
           lambda head: head[:2] == b"BM" and len(head) > 26 and head[6:10] == bytes(4)),
    Format("gif", "image/gif", (".gif",), "plain",
           lambda head: head.startswith((b"GIF87a", b"GIF89a"))),
    Format("jp2", "image/jp2", (".jp2", ".j2k", ".jpf", ".jpx", ".j2c", ".jpc"), "jpeg2000",
           lambda head: head.startswith((b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51"))),
    Format("jxl", "image/jxl", (".jxl",), "jpegxl",
           lambda head: head.startswith((b"\xff\x0a", b"\0\0\0\x0cJXL "))),
    Format("pdf", "application/pdf", (".pdf",), "pdf",
           lambda head: b"%PDF-" in head[:1024]),
    Format("raw", "image/x-dcraw",
           (".dng", ".nef", ".nrw", ".cr2", ".cr3", ".arw", ".sr2", ".raf", ".orf", ".rw2", ".pef",
            ".srw", ".3fr", ".iiq", ".mos", ".erf", ".dcr", ".kdc", ".mrw", ".x3f"), "raw",
           lambda head: head.startswith(_RAW) or head[4:12] == b"ftypcrx "),
)  # fmt: skip
"""In the order in which they are tried."""
_BY_NAME = {each.name: each for each in FORMATS}
SUFFIXES = frozenset(suffix for each in FORMATS for suffix in each.suffixes)
"""How their files' names end, in lower case: where photos are picked from folders and archives."""


def format_of(head: bytes) -> Format:
    """The format of a file that begins like this. Raises PhotoError."""
    for each in FORMATS:
        if each.fits(head):
            return each
    raise unidentified(head)


def by_pillow(content: bytes) -> bool:
    """Whether Pillow alone reads a file right enough to learn from. Raises PhotoError."""
    return format_of(content[:HEAD_BYTES]).reader in {"jpeg", "png", "plain"}


def open_picture(file: BinaryIO, page: int) -> tuple[Format, Picture]:
    """The picture on a page (from 1) of a file, its header read.

    May raise anything; PhotoError where it is no photo.
    """
    file.seek(0)
    found = format_of(file.read(HEAD_BYTES))
    file.seek(0)
    picture = found.open(file, page)
    return _BY_NAME.get(picture.format, found), picture
