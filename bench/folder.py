"""`manage.py colorize` on a folder: as many photos at a time as there are cores, beside one."""

import os
import tempfile
import time
from pathlib import Path

from bench.rows import Row
from bench.scene import write_jpeg
from ml.imaging.vividness import NATURAL
from ml.management.commands.colorize import color, color_all, plan
from ml.resnet_gray.network.colorizer import Colorizer
from ml.versions import catalog

PHOTOS, WIDTH, HEIGHT = 100, 1024, 768


def rows(*, quick: bool) -> list[Row]:
    """In wall-clock time, without the command's start, both sides in turn."""
    count, cores = 16 if quick else PHOTOS, len(os.sched_getaffinity(0))
    colorizer = Colorizer(catalog.default(), device="cpu", parallel=cores)
    colorizer.warm()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "photos"
        folder.mkdir()
        write_jpeg(folder / "0.jpg", WIDTH, HEIGHT)
        for number in range(1, count):
            (folder / f"{number}.jpg").hardlink_to(folder / "0.jpg")

        def seconds(threads: int) -> float:
            jobs = plan([folder], Path(name) / f"by-{threads}")
            began = time.perf_counter()
            for failure in color_all(jobs, _color, threads=threads):
                assert not failure
            return time.perf_counter() - began

        def _color(source: Path, target: Path) -> None:
            color(colorizer, source, target, vividness=NATURAL, size=None, hints=())

        seconds(cores)  # each thread's decoding process is warm then
        alone, together = zip(*((seconds(1), seconds(cores)) for _ in range(2)), strict=True)
    one, all_ = count / min(alone), count / min(together)
    return [
        Row(
            f"`colorize` of {count} photos, {WIDTH} x {HEIGHT}, {cores} at a time",
            f"{all_:.1f} photos a second",
            f"{one:.1f} one at a time",
            f"{all_ / one:.2f} x",
            "at least 1.8 x on two cores",
        )
    ]
