import cv2
import numpy as np
import pytest
import torch

from ml.resnet_gray.network.lab import lab_to_rgb, rgb_to_lab

# skimage.color.rgb2lab (0.25), as its own tests and documentation state them.
SCIKIT_IMAGE = {
    (1, 0, 0): (53.24058794, 80.09230822, 67.20275104),
    (0, 1, 0): (87.73509949, -86.18302974, 83.17970318),
    (0, 0, 1): (32.29567257, 79.18559091, -107.85730021),
    (1, 1, 1): (100.0, -0.00244379, 0.00466108),  # its white is not quite its matrix's
    (0, 0, 0): (0.0, 0.0, 0.0),
}


@pytest.mark.parametrize("rgb", SCIKIT_IMAGE)
def test_lab_agrees_with_scikit_image(rgb):
    lab = rgb_to_lab(torch.tensor(rgb, dtype=torch.float32).view(1, 3, 1, 1)).flatten()
    assert lab.tolist() == pytest.approx(SCIKIT_IMAGE[rgb], abs=1e-3)


def test_lab_and_back_is_the_same_color():
    rgb = torch.rand(2, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(lab_to_rgb(rgb_to_lab(rgb)), rgb, atol=2e-5)


def test_every_gray_is_without_color():
    gray = torch.linspace(0, 1, 256).view(1, 1, 1, 256).expand(1, 3, 1, 256)
    assert rgb_to_lab(gray)[:, 1:].abs().max() < 0.01


def test_colors_beyond_srgb_are_clipped_to_it():
    rgb = lab_to_rgb(torch.tensor([50.0, 120.0, -120.0]).view(1, 3, 1, 1))
    assert rgb.min() == 0
    assert rgb.max() == 1


def test_eight_bit_opencv_lab_is_near_enough_to_learn_from():
    rgb = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    lab = rgb_to_lab(torch.from_numpy(rgb).permute(2, 0, 1)[None].float() / 255)[0]
    ours = lab.permute(1, 2, 0).numpy() * (2.55, 1, 1) + (0, 128, 128)
    theirs = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)
    off = np.abs(ours - theirs)
    assert off.max() < 2
    assert off.mean() < 0.3  # rounding alone makes 0.25
