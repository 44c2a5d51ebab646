"""A photo on a machine that trains at the same time, against the same machine without."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

import numpy as np
from PIL import Image

from bench.coloring import coloring
from bench.rows import Row, ms

WIDTH, HEIGHT = 1600, 1200
NICE = "10"  # as the training worker starts it
START_TIMEOUT = 300  # seconds until the training makes steps


def rows(*, quick: bool) -> list[Row]:
    """Wall-clock time, one photo after another, the training stopped and resumed in turn."""
    with coloring(WIDTH, HEIGHT) as photo:

        def color() -> float:
            start = time.perf_counter()
            photo.color()
            return (time.perf_counter() - start) * 1000

        color()
        stopped: list[float] = []
        during: list[float] = []
        with _training(photo.source.parent) as process:
            for _turn in range(10 if quick else 40):
                os.kill(process, signal.SIGSTOP)
                stopped += [color(), color()]
                os.kill(process, signal.SIGCONT)
                time.sleep(0.2)
                during += [color(), color()]
    return [
        Row(
            "2 megapixels, JPEG to JPEG, while a training runs, wall-clock time",
            f"{ms(median(during))}, {ms(_nineteen_of_twenty(during))} for 19 of 20",
            f"{ms(median(stopped))}, {ms(_nineteen_of_twenty(stopped))} while it is stopped",
            f"{median(during) / median(stopped):.2f} x",
        )
    ]


def _nineteen_of_twenty(values: list[float]) -> float:
    return quantiles(values, n=20)[-1]


@contextmanager
def _training(folder: Path) -> Iterator[int]:
    """The process number of a training at work, as the site starts one."""
    data, run = folder / "data", folder / "run"
    data.mkdir()
    for seed in range(64):
        coarse = np.random.default_rng(seed).integers(0, 255, (12, 16, 3), np.uint8)
        Image.fromarray(coarse).resize((256, 192)).save(data / f"{seed}.png")
    command = ["nice", "-n", NICE, sys.executable, "-m", "ml.resnet_gray.training.train"]
    options = [
        "--data",
        str(data),
        "--run",
        str(run),
        "--epochs",
        "100000",
        "--batch",
        "32",
        "--size",
        "128",
    ]
    process = subprocess.Popen(
        [*command, *options, "--follow-parent"],
        env={**os.environ, "OMP_WAIT_POLICY": "PASSIVE"},
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + START_TIMEOUT
        journal = run / "metrics.jsonl"
        while not (journal.exists() and '"event": "step"' in journal.read_text()):
            assert process.poll() is None, "the training has ended"
            assert time.monotonic() < deadline, "the training makes no steps"
            time.sleep(0.2)
        yield process.pid
    finally:
        process.kill()
        process.wait()
