"""Files with something wrong in them, as disks, networks and attackers make them."""

from __future__ import annotations

import struct

import numpy as np

EXTREMES = [0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF]


def mutated(content: bytes, rng: np.random.Generator) -> bytes:
    """The file with one to four things wrong: bits, numbers, pieces lost, doubled or moved."""
    broken = bytearray(content)
    for _ in range(rng.integers(1, 5)):
        # Most of what decoders believe stands at the beginning.
        end = len(broken) if rng.random() < 0.5 else min(len(broken), 600)
        at, length = int(rng.integers(0, max(1, end))), int(rng.integers(1, 64))
        match rng.integers(0, 7):
            case 0:
                broken[at : at + 1] = bytes([rng.integers(0, 256)])
            case 1:
                kind = rng.choice([">H", "<H", ">I", "<I"])
                value = int(rng.choice(EXTREMES)) & (0xFFFF if kind[1] == "H" else 0xFFFFFFFF)
                number = struct.pack(kind, value)
                broken[at : at + len(number)] = number
            case 2:
                del broken[at : at + length]
            case 3:
                broken[at:at] = broken[at : at + length]
            case 4:
                broken[at : at + length] = bytes(length)
            case 5:
                broken[at : at + length] = rng.bytes(length)
            case 6:
                del broken[max(1, at) :]
    return bytes(broken)
