"""What happens to a photo's pixels between the network's answer and the result."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from ml.imaging import framing, gamut, srgb
from ml.imaging.chroma import Chroma, Upsampled
from ml.resnet_gray.network import weights
from ml.resnet_gray.network.cards import CardError
from ml.resnet_gray.network.colorizer import Colorizer
from ml.resnet_gray.network.lab import rgb_to_lab
from ml.resnet_gray.network.torch_engine import best_dtype, optimized
from tests.ml import files


@pytest.fixture(scope="module", params=["resnet-gray-unet", "resnet-gray"])
def colorizer(request, tmp_path_factory) -> Colorizer:
    path = tmp_path_factory.mktemp("weights") / "untrained.safetensors"
    weights.save(path, *weights.untrained(request.param))
    return Colorizer(path, device="cpu")


def chroma(value: float = 30.0, seed: int = 0) -> Chroma:
    """Smooth colors of a given strength."""
    few = np.random.default_rng(seed).normal(0, value, (5, 7, 2)).astype(np.float32)
    ab = cv2.resize(few, (44, 32), interpolation=cv2.INTER_CUBIC)
    return Chroma(ab, ab)


def photo(seed: int = 0, height: int = 333, width: int = 500) -> np.ndarray:
    """Gray with soft shapes and grain, black to white. uint8 H,W,3."""
    rng = np.random.default_rng(seed)
    shapes = cv2.resize(
        rng.uniform(-40, 295, (6, 8)), (width, height), interpolation=cv2.INTER_CUBIC
    )
    gray = np.clip(shapes + rng.normal(0, 3, (height, width)), 0, 255).astype(np.uint8)
    return np.repeat(gray[..., None], 3, 2)


def lightness_levels(rgb: np.ndarray) -> np.ndarray:
    """L* in 8-bit steps."""
    return srgb.lightness(rgb) * 2.55


# Lightness and gray


def test_lightness_is_that_of_the_definition():
    rgb = files.colorful(200, 100)
    exact = rgb_to_lab(torch.from_numpy(rgb / 255).permute(2, 0, 1)[None])[0, 0].numpy()
    assert np.abs(srgb.lightness(rgb) - exact).max() < 0.02


@pytest.mark.parametrize("strength", [5, 40, 120])
def test_photo_keeps_its_lightness(colorizer, strength):
    gray = photo()
    result = colorizer.render(gray.copy(), chroma(strength))
    assert np.abs(lightness_levels(result) - lightness_levels(gray)).max() <= 1


def test_color_photo_keeps_its_lightness_too(colorizer):
    color = files.colorful(500, 333)
    result = colorizer.render(color.copy(), chroma(40))
    assert np.abs(lightness_levels(result) - lightness_levels(color)).max() <= 1


def test_gray_without_colors_stays_exactly_gray(colorizer):
    grays = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, 2)
    none = np.zeros((8, 8, 2), np.float32)
    assert np.array_equal(colorizer.render(grays.copy(), Chroma(none, none)), grays)


# The gamut


def every_color(count: int = 200_000) -> np.ndarray:
    """L*, a, b all over, far beyond sRGB. float32 n,3."""
    rng = np.random.default_rng(0)
    hue, strength = rng.uniform(-np.pi, np.pi, count), rng.uniform(0, 140, count)
    lab = (rng.uniform(0, 100, count), strength * np.cos(hue), strength * np.sin(hue))
    return np.stack(lab, 1).astype(np.float32)


def test_reduced_chroma_fits_srgb_with_lightness_and_hue_kept():
    lab = every_color()
    reduced = gamut.reduce_chroma(lab)
    rgb = cv2.cvtColor(reduced[None], cv2.COLOR_LAB2RGB)
    back = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)[0]
    assert np.array_equal(reduced[:, 0], lab[:, 0])
    cross = reduced[:, 1] * lab[:, 2] - reduced[:, 2] * lab[:, 1]
    assert np.abs(cross).max() < 1e-2  # the same direction
    assert np.abs(back[:, 1:] - reduced[:, 1:]).max() < 1.5  # nothing was clipped on the way


def test_chroma_that_fits_is_left_alone():
    rgb = np.random.default_rng(0).integers(8, 248, (1, 50_000, 3), np.uint8)
    lab = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[0]
    reduced = gamut.reduce_chroma(lab)
    lost = np.hypot(*lab[:, 1:].T) - np.hypot(*reduced[:, 1:].T)
    assert np.percentile(lost, 99) < 0.5


def test_most_chroma_is_that_of_the_cubes_corners():
    corners = np.array([[[0, 0, 255], [255, 0, 0], [0, 255, 0]]], np.uint8)
    lab = cv2.cvtColor(corners.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[0]
    for lightness, a, b in lab:
        row = int(lightness * gamut.L_STEPS)
        column = int(np.degrees(np.arctan2(b, a)) % 360 * gamut.HUE_STEPS)
        near = gamut.max_chroma()[row - 1 : row + 2, column - 1 : column + 2].max()
        assert near == pytest.approx(np.hypot(a, b), rel=0.03)


# Strips


def test_strips_have_no_seams(colorizer, monkeypatch):
    gray = photo()
    whole = colorizer.render(gray.copy(), chroma())
    for size in (1, 4 * 500 * 7, 4 * 500 * 64):
        monkeypatch.setattr(srgb, "STRIP_BYTES", size)
        assert np.array_equal(colorizer.render(gray.copy(), chroma()), whole)


@pytest.mark.parametrize(("height", "width"), [(333, 500), (32, 44), (33, 700)])
def test_upsampling_is_opencvs_bicubic(height, width):
    ab = chroma().regression
    expected = cv2.resize(ab, (width, height), interpolation=cv2.INTER_CUBIC)
    ours = np.stack(Upsampled(ab, height, width).rows(slice(0, height)), -1)
    assert np.abs(ours - expected).max() < 1e-2


@pytest.mark.parametrize(("height", "width"), [(1, 1), (20, 1), (1, 20), (3, 50)])
def test_tiny_photos_are_colored(colorizer, height, width):
    result = colorizer.colorize(photo(0, height, width))
    assert result.shape == (height, width, 3)


def test_tiny_photo_takes_the_mean_of_its_colors():
    ab = np.zeros((8, 8, 2), np.float32)
    ab[:4, :, 0] = 20
    assert Upsampled(ab, 1, 1).rows(slice(0, 1))[0] == pytest.approx(10)


def test_progress_grows_to_one(colorizer):
    reported: list[float] = []
    colorizer.render(photo(0, 1200, 900), chroma(), progress=reported.append)
    assert reported == sorted(reported)
    assert len(reported) > 1
    assert reported[-1] == 1


def test_photo_is_changed_in_place_unless_read_only(colorizer):
    gray = photo()
    assert colorizer.render(gray, chroma()) is gray
    fixed = photo()
    fixed.flags.writeable = False
    assert np.array_equal(colorizer.render(fixed, chroma()), gray)


# The network


def test_colors_do_not_depend_on_batch_mates(colorizer):
    frames = [colorizer.frame(photo(seed), 64) for seed in range(3)]
    together = colorizer.predict(frames)
    for frame, chroma_in_batch in zip(frames, together, strict=True):
        (alone,) = colorizer.predict([frame])
        assert np.array_equal(alone.regression, chroma_in_batch.regression)
        assert np.array_equal(alone.decoded, chroma_in_batch.decoded)


def test_optimized_network_answers_as_the_plain_one(colorizer, tmp_path):
    plain, card = weights.untrained(colorizer.card["architecture"])
    for module in plain.modules():  # statistics that a wrong fusion would get wrong
        if isinstance(module, torch.nn.BatchNorm2d):
            assert module.running_mean is not None
            assert module.running_var is not None
            torch.nn.init.uniform_(module.running_mean, -0.3, 0.3)
            torch.nn.init.uniform_(module.running_var, 0.5, 2)
            torch.nn.init.uniform_(module.weight, 0.8, 1.2)
            torch.nn.init.uniform_(module.bias, -0.2, 0.2)
    path = tmp_path / "net.safetensors"
    weights.save(path, plain, card)
    plain, _ = weights.load(path)
    frame = colorizer.frame(photo(), 64)
    with torch.inference_mode():
        exact = plain.predict(torch.from_numpy(frame.lightness)[None, None])
        fast = optimized(plain, "cpu").predict(torch.from_numpy(frame.lightness)[None, None])
    assert not any(isinstance(m, torch.nn.BatchNorm2d) for m in plain.modules())
    spread = float(exact.ab.std())
    tolerance = 0.05 if best_dtype("cpu") == torch.bfloat16 else 1e-4
    assert float((fast.ab - exact.ab).abs().mean()) < tolerance * spread


def test_frames_of_all_usual_shapes_can_be_warmed(colorizer):
    colorizer.warm(framing.frame_shapes(32))


def test_colors_cover_just_the_photo(colorizer):
    frame = colorizer.frame(photo(0, 270, 480), 64)
    (result,) = colorizer.predict([frame])
    height, width = result.regression.shape[:2]
    assert (height / width) == pytest.approx(270 / 480, rel=0.05)
    assert result.regression.dtype == np.float32
    assert result.decoded.shape == (height, width, 2)


def test_vividness_goes_from_calm_over_natural_to_vivid():
    maps = Chroma(np.full((2, 2, 2), 4, np.float32), np.full((2, 2, 2), 10, np.float32))
    found = [float(maps.at(v)[0, 0, 0]) for v in (0, 0.5, 1, 2)]
    assert found == [4, 7, 10, 15]


def test_model_is_named_by_its_card_and_its_bytes(colorizer):
    assert colorizer.name in {"resnet-gray-unet", "resnet-gray"}
    assert len(colorizer.version) == 12
    assert colorizer.default_size == 256


def test_file_that_is_no_model_is_refused(tmp_path: Path):
    path = tmp_path / "net.safetensors"
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(CardError):
        Colorizer(path)
