"""Colors that somebody wants at points of a photo."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from ml.imaging.framing import Box, Frame
from ml.imaging.hints import Hint
from ml.resnet_gray.network import weights
from ml.resnet_gray.network.cards import HintsUnsupported
from ml.resnet_gray.network.colorizer import Colorizer
from ml.resnet_gray.network.networks import ResNetGrayUNet
from ml.resnet_gray.network.spread import HELD
from ml.resnet_gray.network.suggestions import suggestions
from ml.resnet_gray.training import simulated_hints
from ml.versions import catalog
from tests.ml import files

SIDE = 256


def network(path: Path, *, hints: bool) -> Path:
    """An untrained network's file; its hint layers, if any, are shaken so that they act."""
    net, card = weights.untrained()
    assert isinstance(net, ResNetGrayUNet)
    if hints:
        torch.manual_seed(1)
        net.add_hint_layers()
        assert net.hints is not None
        for value in net.hints.parameters():
            value.data += 0.01 * torch.randn_like(value)
    weights.save(path, net, card)
    return path


@pytest.fixture(scope="module", params=["shipped", "with_hint_layers"])
def colorizer(request, tmp_path_factory) -> Colorizer:
    if request.param == "shipped":
        return Colorizer(catalog.default(), device="cpu")
    folder = tmp_path_factory.mktemp("weights")
    return Colorizer(network(folder / "net.safetensors", hints=True), device="cpu")


@pytest.fixture(scope="module")
def papers(tmp_path_factory) -> Colorizer:
    path = tmp_path_factory.mktemp("weights") / "paper.safetensors"
    weights.save(path, *weights.untrained("resnet-gray"))
    return Colorizer(path, device="cpu")


def around(ab: np.ndarray, hint: Hint, height: int, width: int) -> np.ndarray:
    """The colors of a map h,w,2 at all pixels within 2 % of the short side of a hint, n,2."""
    full = cv2.resize(ab, (width, height), interpolation=cv2.INTER_CUBIC)
    y, x = np.mgrid[:height, :width] + 0.5
    near = np.hypot(y - hint.y * height, x - hint.x * width) <= 0.02 * min(height, width)
    return full[near]


@pytest.mark.parametrize("place", [(0.5, 0.5), (0.03, 0.97), (0.251, 0.13)])
@pytest.mark.parametrize("color", [(60.0, -40.0), (-50.0, 45.0), (0.0, 0.0)])
def test_hint_holds_at_its_point(colorizer, place, color):
    rgb = files.colorful(600, 400)
    (x, y), (a, b) = place, color
    hint = Hint(x, y, a, b, radius=1)
    chroma = colorizer.decode(colorizer.encode(colorizer.frame(rgb)), [hint])
    for ab in (chroma.regression, chroma.decoded):
        assert np.abs(around(ab, hint, 400, 600) - color).max() < 10


def test_without_hints_the_answer_is_that_of_the_whole_network(colorizer):
    frame = colorizer.frame(files.colorful(300, 200))
    (expected,) = colorizer.predict([frame])
    chroma = colorizer.decode(colorizer.encode(frame))
    assert np.array_equal(chroma.regression, expected.regression)
    assert np.array_equal(chroma.decoded, expected.decoded)


def test_later_hints_need_the_second_half_only(colorizer):
    """The same answer from features that were used before."""
    frame = colorizer.frame(files.colorful(300, 200))
    features = colorizer.encode(frame)
    first = colorizer.decode(features, [Hint(0.2, 0.2, 50, 50)])
    colorizer.decode(features, [Hint(0.8, 0.8, -50, 50)])
    again = colorizer.decode(features, [Hint(0.2, 0.2, 50, 50)])
    assert np.array_equal(first.decoded, again.decoded)


def test_hint_spreads_over_what_is_alike_and_stops_at_its_edge():
    """A dark disc on a light ground."""
    colorizer = Colorizer(catalog.default(), device="cpu")
    gray = np.full((SIDE, SIDE, 3), 200, np.uint8)
    cv2.circle(gray, (128, 128), 70, (60, 60, 60), -1)
    features = colorizer.encode(colorizer.frame(gray))
    change = np.hypot(*np.moveaxis(
        colorizer.decode(features, [Hint(0.5, 0.5, 60, 40)]).decoded
        - colorizer.decode(features).decoded, -1, 0,
    ))  # fmt: skip
    on_disc, on_ground = change[22:42, 20:24].mean(), change[2:62, 2:8].mean()
    assert on_disc > 4 * on_ground
    assert on_disc > 20


def test_hint_layers_change_nothing_before_they_are_trained():
    net, _ = weights.untrained()
    assert isinstance(net, ResNetGrayUNet)
    lightness = torch.rand(2, 1, 64, 96) * 100
    points = torch.tensor([[Hint(0.3, 0.4, 30, -20)]]).expand(2, -1, -1)
    with torch.inference_mode():
        before = net.predict(lightness), net.predict(lightness, points)
        net.add_hint_layers()
        after = net.predict(lightness), net.predict(lightness, points)
    for ours, theirs in zip(before, after, strict=True):
        assert torch.allclose(ours.ab, theirs.ab, atol=1e-4)
        assert torch.allclose(ours.decoded(net.bins, 0.5), theirs.decoded(net.bins, 0.5), atol=1e-3)


def test_network_with_hint_layers_is_saved_and_loaded(tmp_path):
    path = network(tmp_path / "net.safetensors", hints=True)
    net, _ = weights.load(path)
    assert net.hints is not None
    older, _ = weights.load(network(tmp_path / "older.safetensors", hints=False))
    assert older.hints is None


def test_place_without_a_hint_fills_up_a_batch(tmp_path):
    net, _ = weights.load(network(tmp_path / "net.safetensors", hints=True))
    lightness = torch.rand(2, 1, 64, 64) * 100
    points = torch.zeros(2, 3, 5)
    points[1, 0] = torch.tensor([0.5, 0.5, 30, 30, HELD])
    with torch.inference_mode():
        together = net.predict(lightness, points).ab
        without = net.predict(lightness[:1]).ab
        alone = net.predict(lightness[1:], points[1:, :1]).ab
    assert torch.allclose(together[:1], without, atol=1e-4)
    assert torch.allclose(together[1:], alone, atol=1e-4)


def test_papers_network_refuses_hints(papers):
    features = papers.encode(papers.frame(files.colorful(64, 64)))
    assert not papers.takes_hints
    papers.decode(features)
    with pytest.raises(HintsUnsupported):
        papers.decode(features, [Hint(0.5, 0.5, 10, 10)])
    with pytest.raises(HintsUnsupported):
        papers.suggest(features, 0.5, 0.5)


def test_place_in_a_photo_is_found_in_its_frame():
    frame = Frame(np.zeros((64, 128), np.float32), Box(8, 32, 48, 64))
    assert frame.at(0, 0) == (32 / 128, 8 / 64)
    assert frame.at(1, 0.5) == (96 / 128, 32 / 64)


# Suggestions


def test_suggestions_are_apart_and_likeliest_first(colorizer):
    features = colorizer.encode(colorizer.frame(files.colorful(300, 200)))
    found = np.array(colorizer.suggest(features, 0.5, 0.5))
    assert 1 <= len(found) <= 8
    apart = np.linalg.norm(found[:, None, :2] - found[None, :, :2], axis=2)
    assert apart[~np.eye(len(found), dtype=bool)].min() >= 10
    assert list(found[:, 2]) == sorted(found[:, 2], reverse=True)
    assert 0 < found[:, 2].sum() <= 1 + 1e-5


def test_suggestions_are_the_modes():
    bins = torch.cartesian_prod(torch.arange(-40.0, 50, 10), torch.arange(-40.0, 50, 10))
    share = torch.zeros(len(bins))
    for (a, b), p in {(30, 0): 0.5, (30, 10): 0.1, (-20, 20): 0.3, (0, -40): 0.1}.items():
        share[((bins[:, 0] == a) & (bins[:, 1] == b)).nonzero()[0, 0]] = p
    found = [(a, b, round(p, 4)) for a, b, p in suggestions(share.numpy(), bins.numpy())]
    assert found == [(30, 0, 0.6), (-20, 20, 0.3), (0, -40, 0.1)]


# Simulated hints


def test_simulated_hints_have_the_true_colors():
    ab = torch.randn(4, 2, 40, 56, generator=torch.Generator().manual_seed(0)) * 30
    points = simulated_hints.points(ab, 1.0, torch.Generator().manual_seed(1))
    for photo, some in zip(ab, points, strict=True):
        for x, y, a, b, radius in some[some[:, 4] > 0].tolist():
            column, row, r = int(x * 56), int(y * 40), round(radius * 40 / SIDE)
            patch = photo[:, max(0, row - r) : row + r + 1, max(0, column - r) : column + r + 1]
            assert torch.allclose(patch.mean((1, 2)), torch.tensor([a, b]), atol=1e-3)


def test_half_of_a_training_has_no_hints():
    points = simulated_hints.points(
        torch.zeros(4000, 2, 8, 8), 0.5, torch.Generator().manual_seed(0)
    )
    count = (points[..., 4] > 0).sum(1).float()
    assert (count == 0).float().mean() == pytest.approx(0.5, abs=0.03)
    assert count[count > 0].mean() == pytest.approx(simulated_hints.MEAN_COUNT, abs=0.5)
    assert count.max() <= 64
