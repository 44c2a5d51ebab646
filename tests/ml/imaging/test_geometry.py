"""A scan is cut out by four corners and turned: where its pixels and places come to lie."""

import cv2
import numpy as np
import pytest

from ml.imaging import geometry
from ml.imaging.geometry import GeometryError

HALF = [[0.25, 0.5], [0.75, 0.5], [0.75, 1], [0.25, 1]]


@pytest.fixture
def picture() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 255, (300, 400, 3), dtype=np.uint8)


def test_nothing_changed_is_the_same_array(picture):
    assert geometry.read(None).apply(picture) is picture
    assert geometry.read({"turn": 0, "corners": None}).json is None


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_straight_cut_has_the_very_pixels_turned(picture, turn):
    cut = geometry.read({"turn": turn, "corners": HALF})
    expected = np.rot90(picture[150:, 100:300], -turn // 90)
    found = cut.apply(picture)
    assert found.shape == expected.shape
    assert cut.size(400, 300) == expected.shape[1::-1]
    assert np.abs(found.astype(int) - expected).max() <= 1


def test_tiles_leave_no_seams(picture, monkeypatch):
    slanted = geometry.read({"corners": [[0.1, 0.05], [0.9, 0.1], [0.95, 0.9], [0.05, 0.97]]})
    whole = slanted.apply(picture).astype(int)
    monkeypatch.setattr(geometry, "TILE", 64)
    assert np.abs(slanted.apply(picture) - whole).max() <= 1


def test_perspective_is_undone():
    board = np.kron(np.indices((6, 8)).sum(0) % 2 * 255, np.ones((40, 40))).astype(np.uint8)
    there = np.array([(60, 30), (420, 60), (400, 330), (40, 300)], np.float32)
    flat = np.array([(0, 0), (320, 0), (320, 240), (0, 240)], np.float32)
    seen = cv2.warpPerspective(board, cv2.getPerspectiveTransform(flat, there), (480, 360))
    corners = [[x / 480, y / 360] for x, y in there.tolist()]
    found = cv2.resize(geometry.read({"corners": corners}).apply(seen), (320, 240))
    assert np.mean(np.abs(found.astype(int) - board) > 64) < 0.05  # edges


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_places_go_where_their_pixels_go(turn):
    picture = np.zeros((300, 400), np.uint8)
    picture[225:228, 200:203] = 255
    cut = geometry.read({"turn": turn, "corners": HALF})
    found = cut.apply(picture)
    row, column = np.unravel_index(found.argmax(), found.shape)
    x, y = cut.place(201.5 / 400, 226.5 / 300, 400, 300)
    assert abs(x * found.shape[1] - column) < 2.5
    assert abs(y * found.shape[0] - row) < 2.5


def test_what_is_cut_off_lies_beyond():
    x, _ = geometry.read({"corners": HALF}).place(0.1, 0.7, 400, 300)
    assert x < 0


@pytest.mark.parametrize(
    "value",
    [
        [],
        {"turn": 45},
        {"turn": True},
        {"angle": 90},
        {"corners": [[0, 0], [1, 0], [1, 1]]},
        {"corners": [[0, 0], [1, 0], [1, 1], [0, 1.1]]},
        {"corners": [[0, 0], [1, 0], [1, 1], [0, "x"]]},
        {"corners": [[0, 0], [0, 1], [1, 1], [1, 0]]},
        {"corners": [[0, 0], [1, 1], [1, 0], [0, 1]]},
        {"corners": [[0, 0], [0.01, 0], [0.01, 1], [0, 1]]},
        {"corners": [[0, 0], [1, 0], [0.2, 0.2], [0, 1]]},
        {"corners": [[0, 0], [1, 0], [float("nan"), 1], [0, 1]]},
    ],
)
def test_what_makes_no_picture_is_refused(value):
    with pytest.raises(GeometryError):
        geometry.read(value)
