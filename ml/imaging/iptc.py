"""What is known about a photo as IPTC-IIM 4.2, which programs read that know no XMP.

A JPEG holds it in an APP13 segment as Photoshop wraps it, one resource of the number 0x0404.
"""

from collections.abc import Iterator

from .metadata import Words

UTF_8 = b"\x1b%G"
"""ISO 2022's escape sequence for it, the value of data set 1:90."""
TITLE, KEYWORD, CREATED, CAPTION = 5, 25, 55, 120
MAX_BYTES = {TITLE: 64, KEYWORD: 64, CREATED: 8, CAPTION: 2000}
"""Data sets of record 2, and how long each may be. It has none for people: they are keywords."""
_HEAD = b"Photoshop 3.0\x00"


def resource(words: Words) -> bytes:
    """The content of the segment; empty where nothing is known."""
    said = b"".join(_data_set(2, number, _cut(text, number)) for number, text in _texts(words))
    if not said:
        return b""
    said = _data_set(1, 90, UTF_8) + _data_set(2, 0, b"\x00\x04") + said
    padding = bytes(len(said) % 2)
    return _HEAD + b"8BIM\x04\x04\x00\x00" + len(said).to_bytes(4, "big") + said + padding


def _texts(words: Words) -> Iterator[tuple[int, str]]:
    if words.title:
        yield TITLE, words.title
    for person in words.people:
        yield KEYWORD, person
    if words.taken:
        yield CREATED, words.taken.replace("-", "").ljust(8, "0")  # parts not known are zeros
    if words.caption:
        yield CAPTION, words.caption


def _cut(text: str, number: int) -> bytes:
    """As many whole characters as the data set may hold."""
    return text.encode()[: MAX_BYTES[number]].decode(errors="ignore").encode()


def _data_set(record: int, number: int, value: bytes) -> bytes:
    return bytes((0x1C, record, number)) + len(value).to_bytes(2, "big") + value
