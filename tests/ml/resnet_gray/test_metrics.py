import numpy as np
import pytest

from ml.resnet_gray.evaluation import metrics


def noise(seed: int, shape=(32, 48, 3)) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def test_gray_has_no_colorfulness():
    assert metrics.colorfulness(noise(0, (8, 8, 1)).repeat(3, 2)) == 0


def test_colorfulness_of_a_plain_color_is_its_mean_term():
    red = np.zeros((4, 4, 3), np.uint8)
    red[..., 0] = 100
    assert metrics.colorfulness(red) == pytest.approx(0.3 * np.hypot(100, 50))


def test_mse_is_in_the_papers_unit():
    truth = np.zeros((4, 4, 2))
    assert metrics.mse(truth + 25.5, truth) == pytest.approx(0.01)


def test_within_counts_pixels_nearer_than_the_limit():
    ab = np.zeros((1, 4, 2))
    ab[0, :, 0] = (0, 9.9, 10, 30)
    counts = metrics.distances(ab, np.zeros_like(ab))
    assert metrics.within(counts, 10) == 0.5
    assert metrics.within(counts, 20) == 0.75


def test_auc_runs_from_0_to_100():
    truth = np.zeros((2, 2, 2))
    assert metrics.auc(metrics.distances(truth, truth)) == 100
    assert metrics.auc(metrics.distances(truth + 200, truth)) == 0
    half = metrics.auc(metrics.distances(truth + np.array([75, 0]), truth))
    assert half == pytest.approx(50, abs=0.5)


def test_psnr_of_one_level_off():
    rgb = noise(1).clip(0, 254)
    assert metrics.psnr(rgb + 1, rgb) == pytest.approx(48.1308, abs=1e-3)  # 20 log10(255)
    assert metrics.psnr(rgb, rgb) == float("inf")


def test_ssim_of_equal_and_of_unlike_pictures():
    assert metrics.ssim(noise(1), noise(1)) == pytest.approx(1)
    assert abs(metrics.ssim(noise(1), noise(2))) < 0.1


def test_ssim_of_a_plain_shift_is_its_luminance_term():
    x, y = np.full((16, 16, 3), 100, np.uint8), np.full((16, 16, 3), 120, np.uint8)
    c1 = (0.01 * 255) ** 2
    expected = (2 * 100 * 120 + c1) / (100**2 + 120**2 + c1)
    assert metrics.ssim(x, y) == pytest.approx(expected, abs=1e-6)


def test_photos_count_the_same_whatever_their_size():
    tally = metrics.Tally()
    for side, off in ((4, 0.0), (40, 15.0)):
        truth = np.zeros((side, side, 2))
        rgb = noise(side, (side, side, 3))
        tally.add(metrics.measure(truth + np.array([off, 0]), truth, rgb, rgb))
    result = tally.result()
    assert result["within_10"] == 0.5
    assert result["within_20"] == 1.0
    assert result["mse"] == pytest.approx((15 / 255) ** 2 / 4, abs=1e-6)
    assert set(result) == {
        "mse", "psnr", "ssim", "colorfulness", "colorfulness_diff", "within_10", "within_20", "auc",
        "false_color", "tinted", "left_gray",
    }  # fmt: skip


def test_wrong_colors_are_counted_over_the_pixels_of_all_photos():
    tally = metrics.Tally()
    rgb = noise(0, (1, 4, 3))
    for truth, ours in (([0, 5, 7, 26], [16, 9, 90, 9]), ([5, 30, 40, 20], [14, 9, 11, 0])):
        ab, true_ab = (np.array([[[value, 0] for value in row]]) for row in (ours, truth))
        tally.add(metrics.measure(ab, true_ab, rgb, rgb))
    result = tally.result()
    assert result["false_color"] == pytest.approx(1 / 3, abs=1e-6)
    assert result["tinted"] == pytest.approx(3 / 3, abs=1e-6)
    assert result["left_gray"] == pytest.approx(2 / 3, abs=1e-6)
