"""Tags of TIFF whose numbers have the type BYTE, which libtiff reads and tifffile does not."""

import io
import struct
from typing import BinaryIO

BYTE, SHORT = 1, 3
NUMBERS = {254, 256, 257, 258, 259, 262, 266, 274, 277, 278, 284, 296, 317, 322, 323, 338, 339}
"""Tags that hold numbers: sizes, depth, kind and layout of the pixels."""
MAX_DIRECTORIES = 1000


def with_numbers(file: BinaryIO) -> BinaryIO:
    """The file, or where a tag has type BYTE a copy in memory in which it is SHORT."""
    file.seek(0)
    head = file.read(16)
    order = "<" if head[:2] == b"II" else ">"
    is_big = head[2:4] in {b"+\0", b"\0+"}
    found = [entry for at in _directories(file, head, order, is_big) for entry in at]
    file.seek(0)
    if not found:
        return file
    copy = bytearray(file.read())
    for place, count in found:
        _mend(copy, place, count, order, is_big)
    return io.BytesIO(copy)


def _directories(
    file: BinaryIO, head: bytes, order: str, is_big: bool
) -> list[list[tuple[int, int]]]:
    """Of each directory the places and counts of its numbers of type BYTE."""
    entry, count_of, offset = ("HHQ8s", "Q", "Q") if is_big else ("HHI4s", "H", "I")
    size = struct.calcsize(order + entry)
    (place,) = struct.unpack_from(order + offset, head, 8 if is_big else 4)
    found: list[list[tuple[int, int]]] = []
    seen: set[int] = set()
    while place and place not in seen and len(seen) < MAX_DIRECTORIES:
        seen.add(place)
        file.seek(place)
        start = struct.calcsize(order + count_of)
        try:
            (count,) = struct.unpack(order + count_of, file.read(start))
            table = file.read(min(count, 4096) * size)
            tags = list(struct.iter_unpack(order + entry, table))
            file.seek(place + start + count * size)
            next_at = file.read(struct.calcsize(order + offset))
            (next_place,) = struct.unpack(order + offset, next_at)
        except (struct.error, OverflowError, OSError):  # tifffile says what is wrong
            break
        found.append(
            [
                (place + start + number * size, many)
                for number, (tag, kind, many, _value) in enumerate(tags)
                if tag in NUMBERS and kind == BYTE and 0 < many <= 16
            ]
        )
        place = next_place
    return found


def _mend(copy: bytearray, place: int, count: int, order: str, is_big: bool) -> None:
    """Write the numbers of one tag as SHORT, behind the picture where they do not fit the tag."""
    offset, room = ("Q", 8) if is_big else ("I", 4)
    value_at = place + (12 if is_big else 8)
    at = value_at
    if count > room:
        (at,) = struct.unpack_from(order + offset, copy, value_at)
    numbers = struct.pack(f"{order}{count}H", *copy[at : at + count])
    if len(numbers) > room:
        end = len(copy)
        copy.extend(numbers)
        numbers = struct.pack(order + offset, end)
    copy[value_at : value_at + room] = numbers.ljust(room, b"\0")
    struct.pack_into(order + "H", copy, place + 2, SHORT)
