"""Boxes of ISO files: what JPEG 2000 and JPEG XL keep their pictures in."""

import struct
from collections.abc import Iterator


def boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and content of each box, as far as they are whole. Raises struct.error."""
    place = 0
    while place < len(data):
        length, kind = struct.unpack_from(">I4s", data, place)
        head = 8
        if length == 1:
            (length,) = struct.unpack_from(">Q", data, place + 8)
            head = 16
        if length == 0:  # to the end
            length = len(data) - place
        if length < head:
            return
        yield kind, data[place + head : place + length]
        place += length
