"""The rules of the gate, on photos one by one."""

import pytest

from ml.resnet_gray.evaluation.photo_figures import PhotoFigures
from ml.versions import gate


def photo(number: int, *, kind: str = "", mse: float = 0.002, psnr: float = 24.0) -> PhotoFigures:
    name = f"0/{kind}/{number}.jpg" if kind else f"0/{number}.jpg"
    spread = number % 7 / 10_000
    return PhotoFigures(name, kind, 0.004, mse + spread, psnr, 30.0, 32.0, 10, 1, 10, 2)


def photos(count: int = 60, **figures) -> list[PhotoFigures]:
    return [photo(number, **figures) for number in range(count)]


def test_the_margin_is_what_is_better_than_allowed_with_its_interval():
    lines = {line.metric: line for line in gate.lines_of("ours", photos(psnr=24.2), photos())}
    line = lines["shown.psnr"]
    assert (line.photos, line.passed) == (60, True)
    assert (line.margin, line.low, line.high) == pytest.approx((0.3, 0.3, 0.3))
    line = lines["mean.mse"]
    assert None not in (line.low, line.margin, line.high)
    assert sorted([line.low, line.margin, line.high]) == [line.low, line.margin, line.high]  # type: ignore[type-var]
    assert line.low != line.high
    assert line.margin == pytest.approx(0.02 * line.theirs, abs=1e-6)
    assert line == gate.lines_of("ours", photos(psnr=24.2), photos())[0], "the same every time"


def test_a_kind_of_photos_that_is_certainly_worse_fails_where_all_together_pass():
    theirs = photos(80, kind="street") + [photo(n, kind="face") for n in range(100, 112)]
    ours = photos(80, kind="street", psnr=24.3)
    ours += [photo(n, kind="face", psnr=23.0) for n in range(100, 112)]
    lines = gate.lines_of("ours", ours, theirs)
    assert [line.kind for line in lines if not line.passed] == ["face"]
    found = gate.verdict(ours, theirs)
    assert (found["passed"], found["kind"], found["metric"]) == (False, "face", "shown.psnr")
    assert found["margin"] == pytest.approx(-0.9)


def test_fewer_than_fifty_photos_say_nothing():
    assert gate.verdict(photos(49), photos(49))["passed"] is None
    assert gate.verdict(photos(50), photos(50))["passed"] is True
    assert gate.verdict([], [])["passed"] is None
