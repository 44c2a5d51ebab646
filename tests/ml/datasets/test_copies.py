"""Which photos are copies of others, and which are prints of one tone."""

import io

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageOps

from ml.datasets.copies import Copies, Looks
from ml.datasets.pictures import check_photo
from tests.ml.datasets.pictures import jpeg, photo

SIZE = (320, 240)


def cut(image: Image.Image) -> Image.Image:
    across, down = round(0.05 * image.width), round(0.05 * image.height)
    return image.crop((across, down, image.width - across, image.height - down))


@pytest.mark.parametrize(
    "again",
    [
        ImageOps.mirror,
        cut,
        lambda image: cut(ImageOps.mirror(image)),
        lambda image: image.resize((200, 150)),
    ],
    ids=["mirrored", "cut", "both", "smaller"],
)
def test_a_photo_that_comes_again_is_a_copy(again):
    first = photo(1, SIZE)
    other = np.asarray(Image.open(io.BytesIO(jpeg(np.asarray(again(Image.fromarray(first))), 70))))
    for one, two in ((first, other), (other, first)):
        copies = Copies()
        assert copies.first(Looks.of(photo(2, SIZE)), "another") is None
        assert copies.first(Looks.of(one), "one") is None
        assert copies.first(Looks.of(two), "two") == "one"


def test_two_sunsets_are_two_photos():
    def sunset(sun: int, red: int) -> np.ndarray:
        rows, columns = np.mgrid[0:240, 0:320]
        light = 220 - 0.6 * rows - 40 * (rows > 170)
        sky = np.stack([light, light * 0.6 + red, light * 0.3], -1)
        sky[np.hypot(rows - 120, columns - sun) < 22] = 250
        return sky.clip(0, 255).astype(np.uint8)

    copies = Copies()
    assert copies.first(Looks.of(sunset(90, 0)), "one") is None
    assert copies.first(Looks.of(sunset(230, 25)), "two") is None


@pytest.mark.parametrize("ink", [(112, 66, 20), (60, 90, 120), (90, 60, 90)])
def test_a_print_of_one_tone_is_no_color_photo(ink):
    gray = photo(3, SIZE).mean(-1, keepdims=True) / 255
    toned = (1 - gray) * np.array(ink) + gray * np.array([255, 245, 225])
    toned += np.random.default_rng(0).normal(0, 2, toned.shape)
    content = jpeg(toned.clip(0, 255).astype(np.uint8), 80)
    assert check_photo("a.jpg", content).entry.verdict == "toned"
    assert check_photo("b.jpg", jpeg(photo(3, SIZE))).entry.verdict == "usable"


@pytest.mark.parametrize("kind", ["HEIF", "AVIF", "GIF"])
def test_other_formats_of_color_photos_are_taken(kind):
    pillow_heif.register_heif_opener()
    buffer = io.BytesIO()
    Image.fromarray(photo(4, SIZE)).save(buffer, kind)
    assert check_photo(f"a.{kind.lower()}", buffer.getvalue()).entry.verdict == "usable"
