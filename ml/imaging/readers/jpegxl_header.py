"""The beginning of a JPEG XL codestream: size, way up and color (ISO/IEC 18181-1, annexes D and E).

Without extra channels of depth, spot colors and the like, all of it is in the first bytes.
"""

from dataclasses import dataclass

from . import color_tags

CODESTREAM = b"\xff\x0a"
MAX_BYTES = 4096
RATIOS = {1: (1, 1), 2: (12, 10), 3: (4, 3), 4: (3, 2), 5: (16, 9), 6: (5, 4), 7: (2, 1)}
"""Width to height, by their numbers."""

# A number is written as one of four: its bits, and what is added to them.
Choices = tuple[tuple[int, int], ...]
SIDE: Choices = ((9, 1), (13, 1), (18, 1), (30, 1))
PREVIEW_EIGHTHS: Choices = ((0, 16), (0, 32), (5, 1), (9, 33))
PREVIEW: Choices = ((6, 1), (8, 65), (10, 321), (12, 1345))
TICKS: Choices = ((0, 100), (0, 1000), (10, 1), (30, 1))
TICK_LENGTH: Choices = ((0, 1), (0, 1001), (8, 1), (10, 1))
LOOPS: Choices = ((0, 0), (3, 0), (16, 0), (32, 0))
BITS: Choices = ((0, 8), (0, 10), (0, 12), (6, 1))
FLOAT_BITS: Choices = ((0, 32), (0, 16), (0, 24), (6, 1))
EXTRA_CHANNELS: Choices = ((0, 0), (0, 1), (4, 2), (12, 1))
SHIFT: Choices = ((0, 0), (0, 3), (0, 4), (3, 1))
NAME_LENGTH: Choices = ((0, 0), (4, 0), (5, 16), (10, 48))
FILTER: Choices = ((0, 1), (2, 0), (4, 3), (8, 19))
ENUM: Choices = ((0, 0), (0, 1), (4, 2), (6, 18))
COORDINATE: Choices = ((19, 0), (19, 1 << 19), (20, 1 << 20), (21, 1 << 21))

ALPHA, SPOT_COLOR, COLOR_FILTER = 0, 2, 5  # kinds of channels
GRAY, XYB = 1, 2  # color spaces
CUSTOM = 2  # white points and primaries in numbers
WHITES = {1: (0.3127, 0.3290), 10: (1 / 3, 1 / 3), 11: (0.314, 0.351)}
BT709, LINEAR, SRGB = 1, 8, 13  # numbers of ITU-T H.273, which JPEG XL shares


@dataclass(slots=True)
class Header:
    """Of a codestream; `profile` is None for sRGB."""

    width: int
    height: int
    orientation: int = 1
    moves: bool = False
    profile: bytes | None = None
    has_icc: bool = False
    """Whether an ICC profile, which is not read, says what colors the pixels had."""
    is_xyb: bool = False
    """Whether they are stored in JPEG XL's own colors; the decoder then makes light of sRGB."""


class _Bits:
    """Numbers of few bits, the lowest first."""

    def __init__(self, data: bytes) -> None:
        self.left = int.from_bytes(data, "little")

    def take(self, count: int = 1) -> int:
        value = self.left & ((1 << count) - 1)
        self.left >>= count
        return value

    def number(self, choices: Choices) -> int:
        count, offset = choices[self.take(2)]
        return self.take(count) + offset

    def point(self) -> tuple[float, float]:
        """A chromaticity."""
        x, y = (self.number(COORDINATE) for _ in range(2))
        return tuple((v >> 1 ^ -(v & 1)) / 1e6 for v in (x, y))  # type: ignore[return-value]


def read(codestream: bytes) -> Header:
    """What the beginning says. Raises KeyError for numbers that mean nothing."""
    bits = _Bits(codestream[len(CODESTREAM) : MAX_BYTES])
    header = Header(*_size(bits))
    if bits.take():
        return header  # all as usual
    if bits.take():
        header.orientation = bits.take(3) + 1
        if bits.take():  # the size that it is shown in
            _size(bits)
        if bits.take():
            _preview(bits)
        header.moves = bool(bits.take())
        if header.moves:
            for choices in (TICKS, TICK_LENGTH, LOOPS):
                bits.number(choices)
            bits.take()
    _depth(bits)
    bits.take()
    for _ in range(bits.number(EXTRA_CHANNELS)):
        _channel(bits)
    header.is_xyb = bool(bits.take())
    _color(bits, header)
    return header


def _size(bits: _Bits) -> tuple[int, int]:
    is_small = bits.take()

    def side() -> int:
        return (bits.take(5) + 1) * 8 if is_small else bits.number(SIDE)

    height = side()
    if ratio := bits.take(3):
        across, down = RATIOS[ratio]
        return height * across // down, height
    return side(), height


def _preview(bits: _Bits) -> None:
    choices = PREVIEW_EIGHTHS if bits.take() else PREVIEW
    bits.number(choices)
    if not bits.take(3):
        bits.number(choices)


def _depth(bits: _Bits) -> None:
    is_float = bool(bits.take())
    bits.number(FLOAT_BITS if is_float else BITS)
    if is_float:
        bits.take(4)


def _channel(bits: _Bits) -> None:
    if bits.take():
        return
    kind = bits.number(ENUM)
    _depth(bits)
    bits.number(SHIFT)
    bits.take(8 * bits.number(NAME_LENGTH))
    if kind == ALPHA:
        bits.take()
    elif kind == SPOT_COLOR:
        bits.take(4 * 16)
    elif kind == COLOR_FILTER:
        bits.number(FILTER)


def _color(bits: _Bits, header: Header) -> None:
    if bits.take():
        return
    header.has_icc, space = bool(bits.take()), bits.number(ENUM)
    if header.has_icc:
        header.profile = color_tags.of_cicp(BT709, LINEAR) if header.is_xyb else None
        return
    if space == XYB:
        return
    number = bits.number(ENUM)
    white = bits.point() if number == CUSTOM else WHITES[number]
    primaries = color_tags.PRIMARIES[BT709][2:]
    if space != GRAY:
        number = bits.number(ENUM)
        if number == CUSTOM:
            primaries = [value for _ in range(3) for value in bits.point()]
        else:
            primaries = color_tags.PRIMARIES[number][2:]
    colors = (*white, *primaries)
    if bits.take():
        header.profile = color_tags.of_gamma(bits.take(24) / 1e7, colors)
        return
    transfer = bits.number(ENUM)
    if (colors, transfer) != (tuple(color_tags.PRIMARIES[BT709]), SRGB):
        header.profile = color_tags.of_transfer(colors, transfer)
