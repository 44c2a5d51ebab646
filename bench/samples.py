"""Writes the colors of the landing page's photos, by the network that ships.

`make samples` renews `frontend/static/samples/*-color.webp` after the network or a photo was
changed; a test holds that they are what the network gives.
"""

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps

from colorweb.runtime import REPOSITORY
from ml.imaging import photos
from ml.versions import catalog

if TYPE_CHECKING:
    from ml.resnet_gray.network.colorizer import Colorizer

FOLDER = REPOSITORY / "frontend" / "static" / "samples"
SUFFIX = "-color.webp"
QUALITY = 82
FIRST = "mother-and-girls-1860"
CARD_SIZE = (1200, 630)


def names() -> list[str]:
    """Of the photos that are there, gray."""
    return sorted(path.stem for path in FOLDER.glob("*.jpg") if path.stem != "card")


def colored(colorizer: "Colorizer", name: str) -> np.ndarray:
    """A photo in color: uint8 H,W,3."""
    return colorizer.colorize(photos.read(FOLDER / f"{name}.jpg").rgb)


def card(name: str) -> Image.Image:
    """What messengers show of the site: a sample, half of it gray and half in color."""
    gray = Image.open(FOLDER / f"{name}.jpg").convert("RGB")
    color = Image.open(FOLDER / f"{name}{SUFFIX}").convert("RGB")
    half = gray.width // 2
    gray.paste(color.crop((half, 0, *color.size)), (half, 0))
    return ImageOps.fit(gray, CARD_SIZE, Image.Resampling.LANCZOS, centering=(0.5, 0))


def main() -> None:
    """Colors them all; some seconds."""
    from ml.resnet_gray.network.colorizer import Colorizer  # noqa: PLC0415 (torch: not for names)

    colorizer = Colorizer(catalog.default())
    for name in names():
        picture = Image.fromarray(colored(colorizer, name))
        picture.save(FOLDER / f"{name}{SUFFIX}", quality=QUALITY, method=6)
        print(f"{name}: {picture.width} x {picture.height}")
    card(FIRST).save(FOLDER / "card.jpg", quality=QUALITY)


if __name__ == "__main__":
    main()
