"""ICC profiles of colors that a file describes by numbers: PNG's gAMA, cHRM and cICP, JPEG XL's."""

from collections.abc import Sequence

import numpy as np
from imagecodecs import cms_profile
from numpy.typing import NDArray

from ml.imaging.srgb import linear

Chromaticities = Sequence[float]
"""Eight: x, y of white, red, green and blue, in the order of cHRM."""

_D65, _C = (0.3127, 0.3290), (0.310, 0.316)
_BT709: Chromaticities = (*_D65, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
_BT601: Chromaticities = (*_D65, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070)
PRIMARIES: dict[int, Chromaticities] = {
    1: _BT709,
    2: _BT709,  # not specified
    4: (*_C, 0.67, 0.33, 0.21, 0.71, 0.14, 0.08),
    5: (*_D65, 0.64, 0.33, 0.29, 0.60, 0.15, 0.06),
    6: _BT601,
    7: _BT601,
    8: (*_C, 0.681, 0.319, 0.243, 0.692, 0.145, 0.049),
    9: (*_D65, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046),
    11: (0.314, 0.351, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
    12: (*_D65, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
    22: (*_D65, 0.630, 0.340, 0.295, 0.605, 0.155, 0.077),
}
"""ITU-T H.273, table 2."""
TABLE_SIZE = 4096
SDR_WHITE = 203.0
"""Candela a square meter that are white on paper (ITU-R BT.2408)."""
PEAK = 1000 / SDR_WHITE
SRGB_GAMMA = 0.45455
"""Written into files of sRGB by old programs; without cHRM browsers take it for sRGB."""


def of_gamma(gamma: float, chromaticities: Chromaticities = _BT709) -> bytes:
    """A profile of light = value ** (1 / gamma), as gAMA has it; see PNG's specification."""
    return _profile(chromaticities, gamma=1 / gamma)


def of_cicp(primaries: int, transfer: int) -> bytes:
    """A profile of code points of ITU-T H.273. Raises KeyError for those that are not known."""
    return of_transfer(PRIMARIES[primaries], transfer)


def of_transfer(chromaticities: Chromaticities, transfer: int) -> bytes:
    """A profile of colors with a curve of ITU-T H.273. Raises KeyError for those not known."""
    return _profile(chromaticities, curve=_light(transfer, np.linspace(0, 1, TABLE_SIZE)))


def _profile(
    chromaticities: Chromaticities, *, gamma: float | None = None, curve: NDArray | None = None
) -> bytes:
    table = None if curve is None else np.rint(np.clip(curve, 0, 1) * 65535).astype(np.uint16)
    profile: bytes = cms_profile(
        "rgb",
        whitepoint=chromaticities[:2],
        primaries=chromaticities[2:],
        gamma=gamma,
        transferfunction=table,
    )
    return profile


def _light(transfer: int, values: NDArray) -> NDArray:  # noqa: PLR0911 (a table)
    """Light 0..1 of values 0..1, as Chromium has it. ITU-T H.273, table 3; KeyError for others."""
    match transfer:
        case 1 | 6 | 11 | 14 | 15:
            return values**2.4  # of a display (ITU-R BT.1886), not of the camera
        case 4:
            return values**2.2
        case 5:
            return values**2.8
        case 8:
            return values
        case 2 | 13:
            return linear(values)
        case 16:
            return _toned_down(_perceptual_quantizer(values) * (10_000 / SDR_WHITE))
        case 17:
            return values**2.6 * (52.37 / 48)  # SMPTE ST 428-1
        case 18:
            return _toned_down(_hybrid_log_gamma(values) * PEAK)
    raise KeyError(transfer)


def _perceptual_quantizer(values: NDArray) -> NDArray:
    """SMPTE ST 2084: light as a share of 10,000 cd/m2."""
    powered = values ** (1 / 78.84375)
    light = np.maximum(powered - 0.8359375, 0) / (18.8515625 - 18.6875 * powered)
    return light ** (1 / 0.1593017578125)


def _hybrid_log_gamma(values: NDArray) -> NDArray:
    """ITU-R BT.2100: light 0..1 of a display of 1,000 cd/m2."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(values <= 0.5, values**2 / 3, (np.exp((values - c) / a) + b) / 12)
    return scene**1.2


def _toned_down(light: NDArray) -> NDArray:
    """Light in units of paper white, up to PEAK, as 0..1: halved, and less where it is brighter.

    The curve of Chromium 156 for displays without headroom, fitted to what its canvas shows.
    """
    share = np.clip((light - 1) / (PEAK - 1), 0, 1)
    start, end = np.log2(0.4977), -np.log2(PEAK)
    rise = 1.19 * share * (1 - share) ** 2 - 0.476 * share**2 * (1 - share)
    gain = start + (end - start) * (rise + share**2 * (3 - 2 * share))
    return np.minimum(light * 2**gain, 1)
