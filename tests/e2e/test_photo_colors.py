"""PNGs have the colors that a browser shows: gAMA, cHRM, cICP, sRGB and iCCP, in its order."""

import base64
import struct
from io import BytesIO
from itertools import product

import numpy as np
import pytest
from PIL import ImageCms
from playwright.sync_api import Page

from ml.imaging import photos
from tests.ml import files

pytestmark = pytest.mark.long

LEVELS = 3
"""On average, between our reading and the browser's."""
SHOWN = """async (address) => {
  const image = new Image(); image.src = address; await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.width; canvas.height = image.height;
  const context = canvas.getContext("2d"); context.drawImage(image, 0, 0);
  return [...context.getImageData(0, 0, image.width, image.height).data];
}"""
BT709 = (0.3127, 0.329, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
P3 = (0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06)
BT2020 = (0.3127, 0.329, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046)


def gamma(value: float) -> tuple[bytes, bytes]:
    return b"gAMA", struct.pack(">I", round(value * 100_000))


def primaries(numbers: tuple[float, ...]) -> tuple[bytes, bytes]:
    return b"cHRM", struct.pack(">8I", *(round(number * 100_000) for number in numbers))


CHUNKS = [
    *([gamma(value)] for value in (1.0, 0.7, 0.55556, 0.5, 0.45455)),
    *([gamma(value), primaries(P3)] for value in (1.0, 0.45455)),
    *([gamma(value), primaries(BT709)] for value in (1.0, 0.5, 0.45455)),
    [gamma(0.45455), primaries(BT2020)],
    *([(b"sRGB", b"\0"), gamma(value)] for value in (1.0, 0.45455)),
    *([(b"cICP", bytes((code, transfer, 0, 1)))] for code in (1, 9, 12) for transfer in (8, 13)),
    *([(b"cICP", bytes((1, transfer, 0, 1)))] for transfer in (1, 4, 5, 17)),
    [(b"cICP", bytes((12, 13, 0, 1))), gamma(1.0)],
]
BRIGHT = [[(b"cICP", bytes((1, transfer, 0, 1)))] for transfer in (16, 18)]
"""Light beyond white (PQ and HLG): of colors a browser weighs the channels together, we do not."""
PROFILES = [
    files.swapped_channels_profile(),
    ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
]


def test_pngs_have_the_colors_that_a_browser_shows(page: Page):
    color, gray = files.colorful(24, 16), files.ramp(24, 16)
    plain = {"gray": gray, "color": color, "alpha": np.dstack([color, 0 * gray + 255])}
    cases = {
        f"{kind} {chunks}": files.with_chunks(files.encoded(pixels, "PNG"), *chunks)
        for (kind, pixels), chunks in product(plain.items(), CHUNKS)
    }
    for chunks in BRIGHT:
        cases[f"gray {chunks}"] = files.with_chunks(files.encoded(gray, "PNG"), *chunks)
    for number, profile in enumerate(PROFILES):
        cases[f"profile {number}"] = files.encoded(color, "PNG", icc_profile=profile)
    assert len(cases) > 60
    wrong = {}
    for name, file in cases.items():
        ours = photos.read(file).rgb.astype(int)
        far = np.abs(ours - shown(page, file)).mean()
        if far > LEVELS:
            wrong[name] = far
    assert wrong == {}


def shown(page: Page, file: BytesIO) -> np.ndarray:
    """The picture on a canvas of the browser, int H,W,3."""
    address = f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
    return np.array(page.evaluate(SHOWN, address)).reshape(16, 24, 4)[..., :3]
