import cv2
import numpy as np
import pytest

from ml.imaging import srgb
from ml.imaging.framing import STRIDE, frame, frame_shape, frame_shapes, unframe
from tests.ml import files

SIZES = [(1, 1), (1, 20), (20, 1), (640, 480), (480, 640), (1999, 1501), (300, 900), (64, 65)]


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("size", [96, 256])
def test_photo_gets_a_shape_of_the_list_and_comes_back_whole(width, height, size):
    framed = frame(np.zeros((height, width, 3), np.uint8), size)
    assert framed.shape == frame_shape(width, height, size)
    assert framed.shape in frame_shapes(size)
    for scale in (1, 4):
        planes = np.zeros((framed.shape[0] // scale, framed.shape[1] // scale, 2))
        cut = unframe(planes, framed)
        assert cut.shape == (framed.box.height // scale, framed.box.width // scale, 2)


def test_shapes_are_few_and_fit_the_networks():
    shapes = frame_shapes(256)
    assert len(shapes) <= 15
    assert all(side % STRIDE == 0 for shape in shapes for side in shape)
    assert max(max(shape) for shape in shapes) == 3 * 256


def test_usual_photos_are_hardly_extended():
    for width, height in [(3000, 2000), (4000, 3000), (1920, 1080), (1000, 1000), (2500, 2000)]:
        framed = frame(np.zeros((height, width, 3), np.uint8))
        used = framed.box.height * framed.box.width
        assert used / (framed.shape[0] * framed.shape[1]) >= 0.94


def test_proportions_are_kept_to_a_grid_step():
    framed = frame(np.zeros((1501, 1999, 3), np.uint8))
    assert abs(framed.box.width - framed.box.height * 1999 / 1501) <= 2


def test_borders_are_the_photo_reflected():
    framed = frame(files.colorful(480, 270), 256)
    left, width = framed.box.left, framed.box.width
    inside = framed.lightness[:, left : left + width]
    assert left > 0
    assert np.array_equal(framed.lightness[:, :left], inside[:, left:0:-1])


def test_frame_holds_the_photos_lightness():
    white = frame(np.full((300, 300, 3), 255, np.uint8))
    assert white.lightness.dtype == np.float32
    assert np.abs(white.lightness - 100).max() < 1e-4
    middle = frame(np.full((300, 300, 3), 119, np.uint8))
    assert np.abs(middle.lightness - 50.034).max() < 0.01  # L* of sRGB 119


def test_small_photo_is_enlarged_as_sharply_as_in_training():
    small = files.colorful(96, 96)
    expected = srgb.lightness(cv2.resize(small, (256, 256), interpolation=cv2.INTER_CUBIC))
    assert np.array_equal(frame(small, 256).lightness, expected)
