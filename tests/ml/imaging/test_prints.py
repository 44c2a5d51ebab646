"""Where prints lie on a scan."""

import cv2
import numpy as np
import pytest

from ml.imaging import prints

RNG = np.random.default_rng(3)


def scan(*quads: list[tuple[float, float]], ground: int = 245) -> np.ndarray:
    """Prints with an even rim and a picture in them, on a ground with a scanner's noise."""
    gray = np.full((600, 800), float(ground))
    for quad in quads:
        points = np.array([(x * 800, y * 600) for x, y in quad], np.float32)
        picture = cv2.resize(RNG.uniform(30, 190, (6, 8)).astype(np.float32), (800, 600))
        box = np.array([(0, 0), (800, 0), (800, 600), (0, 600)], np.float32)
        matrix = cv2.getPerspectiveTransform(box, points)
        there = cv2.warpPerspective(np.ones_like(picture), matrix, (800, 600)) > 0.5
        gray[there] = cv2.warpPerspective(picture, matrix, (800, 600))[there]
    return (gray + RNG.normal(0, 2, gray.shape)).clip(0, 255).astype(np.uint8)


TILTED = [(0.12, 0.15), (0.85, 0.1), (0.88, 0.83), (0.16, 0.88)]
PAIR = [
    [(0.05, 0.2), (0.45, 0.2), (0.45, 0.8), (0.05, 0.8)],
    [(0.55, 0.22), (0.95, 0.18), (0.96, 0.78), (0.56, 0.82)],
]


@pytest.mark.parametrize("ground", [245, 8])
def test_the_corners_of_a_print_are_found(ground):
    [found] = prints.find(scan(TILTED, ground=ground))
    assert np.abs(np.array(found) - TILTED).max() < 0.015


def test_several_prints_are_found_from_left_to_right():
    found = prints.find(scan(*PAIR))
    assert len(found) == 2
    assert np.abs(np.array(found) - PAIR).max() < 0.015


def test_a_photo_that_reaches_its_edges_has_none():
    whole = cv2.resize(RNG.uniform(20, 230, (6, 8)).astype(np.float32), (800, 600))
    assert prints.find(whole.astype(np.uint8)) == []
    assert prints.find(np.full((300, 400), 128, np.uint8)) == []
