"""Names in zips as their makers saw them.

The format knows two ways to write a name, in IBM's first code page or, with a flag, in UTF-8; a
field beside the name may hold it in Unicode. Many programs write the code page of their own
system, or UTF-8 without the flag.
"""

import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable

IN_UTF8 = 0x800
"""The flag of an entry."""
UNICODE_PATH = 0x7075
DOS_AND_WINDOWS = {0, 10, 11, 14}
"""Systems (APPNOTE 4.4.2) whose programs write names in the code page of consoles."""
CYRILLIC_AND_JAPANESE = ("cp866", "cp1251", "cp932")
OF_CONSOLES = ("cp437", "cp850")
OF_WINDOWS = ("cp1252",)
OF_LANGUAGES = {
    "ja": ("cp932",),
    "ko": ("cp949",),
    "zh": ("gbk", "big5"),
    **dict.fromkeys(("ru", "uk", "be", "bg"), ("cp866", "cp1251")),
    **dict.fromkeys(("cs", "hr", "hu", "pl", "ro", "sk", "sl"), ("cp852", "cp1250")),
    "el": ("cp737", "cp1253"),
    "tr": ("cp857", "cp1254"),
    "he": ("cp862", "cp1255"),
}
"""Code pages that a sender's language makes likely."""


def restore(archive: zipfile.ZipFile, language: str = "") -> None:
    """Set the `filename` of each entry; `orig_filename`, by which it is opened, stays.

    One code page is chosen for the whole archive, from all names that say none, the systems that
    they were made on, and the sender's language (`ru`, or empty).
    """
    unknown: list[tuple[zipfile.ZipInfo, bytes]] = []
    for entry in archive.infolist():
        if entry.flag_bits & IN_UTF8:
            continue
        raw = entry.orig_filename.encode("cp437")
        if name := _in_unicode(entry.extra, raw):
            entry.filename = name
        elif not raw.isascii():
            unknown.append((entry, raw))
    if unknown:
        systems = {entry.create_system for entry, _ in unknown}
        encoding = _encoding([raw for _, raw in unknown], systems, language)
        for entry, raw in unknown:
            entry.filename = raw.decode(encoding, "replace")
    for entry in archive.infolist():
        # macOS takes letters and their marks apart; some programs separate folders as Windows does.
        entry.filename = unicodedata.normalize("NFC", entry.filename.partition("\0")[0])
        if entry.create_system in DOS_AND_WINDOWS and "/" not in entry.filename:
            entry.filename = entry.filename.replace("\\", "/")


def label(name: str, longest: int) -> str:
    """An entry's name with its folders, as a text to show: no way out of a folder, no drive."""
    parts = [part for part in name.split("/") if part.strip(". ") and not part.endswith(":")]
    text = "/".join(parts) or "photo"
    return text if len(text) <= longest else parts[-1][-longest:]


def _in_unicode(extra: bytes, raw: bytes) -> str:
    """The name that the Unicode path field holds; empty if there is none for this name."""
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        field, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind == UNICODE_PATH and len(field) > 5 and field[0] == 1:
            (checksum,) = struct.unpack_from("<I", field, 1)
            if checksum == zlib.crc32(raw):
                return field[5:].decode("utf-8", "replace")
    return ""


def _encoding(names: Iterable[bytes], systems: set[int], language: str) -> str:
    import chardet  # noqa: PLC0415 (most zips say how their names are written)

    text = b"\n".join(names)
    try:
        text.decode()
    except UnicodeDecodeError:
        pass
    else:
        return "utf-8"
    western = OF_CONSOLES if systems <= DOS_AND_WINDOWS else OF_WINDOWS
    likely = OF_LANGUAGES.get(language.partition("-")[0].lower(), ())
    pages = dict.fromkeys((*likely, *western, *CYRILLIC_AND_JAPANESE))
    found = chardet.detect(
        text, include_encodings=pages, no_match_encoding=next(iter(pages)), compat_names=False
    )
    return found["encoding"] or next(iter(pages))
