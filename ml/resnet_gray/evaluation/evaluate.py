"""Measures a model on photos whose colors are known, as people get them: whole and at full size.

Beside it always two answers that know nothing: ``gray`` (no color) and ``constant`` (the mean
color of the training photos, from the model's card). Where an ``index.csv`` with the columns
``name`` and ``kind`` lies beside the photos, the figures of each kind too.
"""

import argparse
import csv
import glob
import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ml.imaging.hints import MAX_HINTS
from ml.resnet_gray.data.data import DataError, find
from ml.resnet_gray.data.decoding import decode
from ml.resnet_gray.network.cards import CardError, HintsUnsupported
from ml.resnet_gray.network.colorizer import Colorizer
from ml.resnet_gray.progress import bar

from .evaluate_hints import HintFigures
from .evaluate_mends import measure_mends
from .measuring import to_lab
from .metrics import RGB, Measured, Tally, colorfulness, measure
from .one_photo import answers, kind_of, of_photo
from .photo_figures import PhotoFigures

SHEET_SIDE = 192  # pixels of a picture on a sheet
SHEET_COLUMNS = 10
METHODS = ("gray", "constant", "mean", "shown")


def evaluate(
    colorizer: Colorizer,
    data: Sequence[Path | str],
    *,
    size: int | None = None,
    limit: int | None = None,
    sheet: Path | None = None,
    hints: Sequence[int] = (),
    each: bool = False,
    pictures: Path | None = None,
) -> dict[str, Any]:
    """The figures as docs/model.md explains them. Raises DataError, HintsUnsupported.

    With ``hints``, also those with so many points whose true color is given; with ``each``, also
    those of every photo, as ``photo_figures`` has them; with ``pictures``, a folder, every photo
    as people would see it and as it was, by its place.
    ``mean`` is measured as the network predicts it; ``shown`` on the finished photo, after colors
    that sRGB does not have were calmed and all was rounded to 8 bits.
    """
    sums, kinds = _Sums(), read_kinds(data)
    true_colorfulness, spent, rows = 0.0, 0.0, []
    broken: list[str] = []
    of_photos: list[PhotoFigures] = []
    hinted = HintFigures(colorizer, hints) if hints else None
    constant = np.asarray(colorizer.card["mean_ab"], np.float32)
    for name, rgb in bar(read_photos(data, limit, broken), desc="evaluating", unit=" photos"):
        began = time.perf_counter()
        features = colorizer.encode(colorizer.frame(rgb, size))
        chroma = colorizer.decode(features)
        shown = colorizer.render(rgb.copy(), chroma, vividness=1.0)
        spent += time.perf_counter() - began
        calm = colorizer.render(rgb.copy(), chroma, vividness=0.0)
        ways = answers(rgb, chroma.at(0.0), constant, calm, shown)
        kind = kind_of(name, kinds)
        _, true_ab = to_lab(rgb)
        measured = {way: measure(ab, true_ab, picture, rgb) for way, (ab, picture) in ways.items()}
        of_photos.append(of_photo(name, kind, measured, colorfulness(rgb)))
        sums.add(measured, kind)
        true_colorfulness += colorfulness(rgb)
        if hinted:
            hinted.add(name, rgb, features)
        if pictures:
            write_pictures(pictures, len(of_photos) - 1, shown, rgb)
        if sheet:
            rows.append([_tile(picture) for picture in (ways["gray"][1], shown, rgb)])
    if not (photos := len(of_photos)):
        raise DataError(f"no photo to measure in {', '.join(map(str, data))}")
    if sheet:
        write_sheet(sheet, rows)
    return {
        "model": colorizer.name,
        "photos": photos,
        "broken": len(broken),
        "size": size or colorizer.card["default_size"],
        "ms_per_photo": round(1000 * spent / photos, 1),
        "truth": {"colorfulness": round(true_colorfulness / photos, 4)},
        **sums.result(),
        **({"each": of_photos} if each else {}),
        **(hinted.result() if hinted else {}),
    }


class _Sums:
    """The figures of all photos and of those of each kind, by method."""

    def __init__(self) -> None:
        self.all = {way: Tally() for way in METHODS}
        self.kinds: dict[str, dict[str, Tally]] = {}

    def add(self, measured: dict[str, Measured], kind: str) -> None:
        """One photo; `kind` is empty where it is not known."""
        counted = [self.all]
        if kind:
            counted.append(self.kinds.setdefault(kind, {way: Tally() for way in METHODS}))
        for tallies in counted:
            for way, found in measured.items():
                tallies[way].add(found)

    def result(self) -> dict[str, Any]:
        """By method; `kinds` too where any is known."""
        figures: dict[str, Any] = {way: tally.result() for way, tally in self.all.items()}
        kinds = {
            kind: {"photos": ways["shown"].photos, **{way: t.result() for way, t in ways.items()}}
            for kind, ways in sorted(self.kinds.items())
        }
        return figures | ({"kinds": kinds} if kinds else {})


def read_kinds(data: Sequence[Path | str]) -> dict[str, str]:
    """Kind of photo by the stem of its file's name, from the indexes beside the photos."""
    kinds: dict[str, str] = {}
    for path in data:
        for found in map(Path, glob.glob(str(path))):  # noqa: PTH207 (an absolute pattern)
            index = (found if found.is_dir() else found.parent) / "index.csv"
            if index.exists():
                with index.open(newline="") as file:
                    kinds.update(
                        (Path(row["name"]).stem, row["kind"]) for row in csv.DictReader(file)
                    )
    return kinds


def read_photos(
    data: Sequence[Path | str], limit: int | None, broken: list[str]
) -> Iterator[tuple[str, RGB]]:
    """Every photo that can be read, by name; the names of others go to ``broken``."""
    count = 0
    for source in find(data, split="val"):
        if count == limit:
            return
        try:
            rgb = decode(source.content)
        except Exception:  # noqa: BLE001 (decoders raise what they like)
            broken.append(source.name)
            continue
        count += 1
        yield source.name, rgb


def _tile(rgb: RGB) -> RGB:
    """The picture within a white square."""
    height, width = rgb.shape[:2]
    scale = SHEET_SIDE / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    tile = np.full((SHEET_SIDE, SHEET_SIDE, 3), 255, np.uint8)
    tile[: size[1], : size[0]] = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    return tile


def write_sheet(path: Path, rows: Sequence[Sequence[RGB]]) -> None:
    """A PNG with each photo as a column of pictures: gray, ours, true. Raises OSError."""
    empty = [np.full_like(rows[0][0], 255)] * len(rows[0])
    bands = []
    for start in range(0, len(rows), SHEET_COLUMNS):
        part = list(rows[start : start + SHEET_COLUMNS])
        part += [empty] * (SHEET_COLUMNS - len(part))
        bands.append(np.vstack([np.hstack(line) for line in zip(*part, strict=True)]))
    written, content = cv2.imencode(".png", cv2.cvtColor(np.vstack(bands), cv2.COLOR_RGB2BGR))
    if not written:
        raise OSError(f"{path}: the sheet could not be encoded")
    path.write_bytes(content.tobytes())


def write_pictures(folder: Path, place: int, shown: RGB, true: RGB) -> None:
    """JPEGs of one photo: ``0000-shown.jpg``, ``0000-true.jpg``."""
    folder.mkdir(exist_ok=True)
    for name, rgb in (("shown", shown), ("true", true)):
        quality = [cv2.IMWRITE_JPEG_QUALITY, 88]
        content = cv2.imencode(".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), quality)[1]
        (folder / f"{place:04}-{name}.jpg").write_bytes(content.tobytes())


def table(figures: dict[str, Any]) -> str:
    """The figures as lines for people."""
    lines = [
        "{model}: {photos} photos at {size} px, {ms_per_photo} ms each".format(**figures),
        f"colorfulness of the true photos: {figures['truth']['colorfulness']:.1f}",
        " " * 18 + "".join(f"{way:>10}" for way in METHODS),
    ]
    lines += [
        f"{name:<18}" + "".join(f"{figures[way][name]:>10.4g}" for way in METHODS)
        for name in figures["shown"]
    ]
    for k, ways in figures.get("hinted", {}).items():
        psnr = ", ".join(f"{ways[way]['psnr']:.2f} dB {way}" for way in ways)
        lines.append(f"psnr with {k} hints: {psnr}")
    lines += [
        f"{name}: {figures[name]:.3f}"
        for name in ("suggested", "suggested_fixed")
        if name in figures
    ]
    for kind, ways in figures.get("kinds", {}).items():
        of_gray = ways["mean"]["mse"] / ways["gray"]["mse"]
        lines.append(f"{kind}: {ways['photos']} photos, mse of mean {of_gray:.2f} of gray's")
    if mended := figures.get("mended"):
        line = "{points} points mended on {photos} photos: {error} away, gray {gray}"
        lines.append(line.format(**mended))
    return "\n".join(lines)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options, for this command and for the site's."""
    add = parser.add_argument
    add("--data", nargs="+", required=True, metavar="PATH", help="folders, tars, Places365 roots")
    add("--size", type=int, help="short side the network works at [the model's own]")
    add("--limit", type=int, help="measure so many photos only")
    add("--sheet", type=Path, metavar="PNG", help="write the pictures: gray, ours, true")
    add("--hints", type=_counts, default=(), metavar="K,...", help="measure with so many hints too")
    add("--mends", type=Path, metavar="TAR", help="also how far it is from what people mended")
    add("--json", action="store_true", help="one JSON object on stdout")
    add("--pictures", type=Path, metavar="DIR", help="write every photo, as shown and as it was")
    add("--each", action="store_true", help="with --json: the figures of every photo too")
    add("--device", help="cpu, cuda, cuda:1 ... [a GPU where there is one]")


def _counts(text: str) -> list[int]:
    counts = [int(part) for part in text.split(",")]
    if not all(0 < count <= MAX_HINTS for count in counts):
        raise ValueError(text)
    return counts


def run(model: Path, options: argparse.Namespace) -> str:
    """What the command prints. Raises DataError, CardError, HintsUnsupported, OSError."""
    colorizer = Colorizer(model, options.device)
    figures = evaluate(
        colorizer,
        options.data,
        size=options.size,
        limit=options.limit,
        sheet=options.sheet,
        hints=options.hints,
        each=options.each,
        pictures=options.pictures,
    )
    if options.mends:
        figures["mended"] = measure_mends(colorizer, options.mends, options.size)
    return json.dumps(figures) if options.json else table(figures)


def main(arguments: Sequence[str] | None = None) -> int:
    """``python -m ml.resnet_gray.evaluation.evaluate --model FILE``; answers the exit status."""
    parser = argparse.ArgumentParser(prog="evaluate", description="Measures a model on photos.")
    parser.add_argument("--model", type=Path, required=True, metavar="FILE")
    add_arguments(parser)
    options = parser.parse_args(arguments)
    try:
        print(run(options.model, options))  # noqa: T201
    except (DataError, CardError, HintsUnsupported, OSError) as error:
        print(f"evaluate: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
