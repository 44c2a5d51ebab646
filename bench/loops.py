"""The whole site with a filled queue, beside loops on the same cores that read, color and write the
same files and do nothing else."""

import io
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from PIL import Image

from bench.rows import Row
from bench.scene import scene
from colorweb.runtime import REPOSITORY
from colorweb.testing.guest import Guest
from colorweb.testing.stack import Stack
from colorweb.testing.waiting import wait_for

SIZES = {"256 px": (256, 256, 300), "2 megapixels": (1600, 1250, 60)}
"""Width, height, and how many photos."""
LIMITS = {"UPLOAD_RATE": "100000/min", "REQUEST_RATE": "100000/min"}
SECONDS = 300
WARM = 4
"""Photos a core before the measurement, which have the site start what decodes."""
TOOK = """SELECT (julianday(max(finished_at)) - julianday(min(started_at))) * 86400
FROM (SELECT * FROM jobs_job WHERE state = 'succeeded' ORDER BY created_at DESC LIMIT {})"""
UNFINISHED = "SELECT count(*) FROM jobs_job WHERE state IN ('queued', 'running')"


def rows(*, quick: bool) -> list[Row]:
    """Photos a second, in wall-clock time, from the first one begun to the last one done."""
    found = []
    for name, (width, height, count) in SIZES.items():
        number = count // 5 if quick else count
        photos = [_jpeg(width, height, seed) for seed in range(4)]
        loops = number / _by_loops(photos, number)
        site = number / _by_site(photos, number)
        found.append(
            Row(
                f"the site with {number} photos of {name} in its queue",
                f"{site:.2f} photos a second",
                f"{loops:.2f} of {_cores()} loops",
                f"{site / loops:.2f} x",
                "at least 0.85 x",
            )
        )
    return found


def _by_site(photos: list[bytes], count: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(Path(folder) / "var", LIMITS)
        stack.start()
        try:
            guest = Guest(stack)
            for number in range(WARM * _cores() + count):
                if number == WARM * _cores():
                    _wait(stack)
                    _queue(stack, "pause")
                guest.post(f"{number}.jpg", photos[number % len(photos)]).raise_for_status()
            _queue(stack, "resume")
            _wait(stack)
            [(seconds,)] = stack.rows(TOOK.format(count))
        finally:
            stack.stop()
    return float(seconds)


def _wait(stack: Stack) -> None:
    wait_for(lambda: stack.rows(UNFINISHED) == [(0,)], "the queue's end", SECONDS, every=1)


def _queue(stack: Stack, action: str) -> None:
    command = [sys.executable, "manage.py", "queue", action]
    subprocess.run(
        command, cwd=REPOSITORY, env=stack.environment, check=True, stdout=subprocess.DEVNULL
    )


def _by_loops(photos: list[bytes], count: int) -> float:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        sources = [Path(folder) / f"{number}.jpg" for number in range(len(photos))]
        for source, content in zip(sources, photos, strict=True):
            source.write_bytes(content)
        command = [sys.executable, "-m", "bench.loops", folder, str(count // _cores())]
        loops = [
            stack.enter_context(
                subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    env={**os.environ, "OMP_NUM_THREADS": "1"},  # as `colorweb.serve` has it
                )
            )
            for _core in range(_cores())
        ]
        with ThreadPoolExecutor() as threads:
            list(threads.map(_answer, loops))  # all have started
            began = time.perf_counter()
            for loop in loops:
                assert loop.stdin
                loop.stdin.write(b"go\n")
                loop.stdin.flush()
            list(threads.map(_answer, loops))
        return time.perf_counter() - began


def _answer(loop: "subprocess.Popen[bytes]") -> None:
    assert loop.stdout
    assert loop.stdout.readline(), "a loop has ended"


def _jpeg(width: int, height: int, seed: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(scene(width, height, seed)).save(file, "JPEG", quality=90)
    return file.getvalue()


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def main(folder: Path, count: int) -> None:
    """One loop: `count` photos of a folder, once a line on stdin says so."""
    import cv2  # noqa: PLC0415

    from ml.imaging import photos  # noqa: PLC0415
    from ml.resnet_gray.network.colorizer import Colorizer  # noqa: PLC0415
    from ml.versions import catalog  # noqa: PLC0415

    cv2.setNumThreads(1)
    colorizer = Colorizer(catalog.default(), device="cpu")
    colorizer.warm()
    sources = sorted(folder.glob("*.jpg"))
    target = folder / str(os.getpid())
    target.mkdir()
    photos.read(sources[0])
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(count):
        rgb = photos.read(sources[number % len(sources)]).rgb
        (chroma,) = colorizer.predict([colorizer.frame(rgb)])
        (target / f"{number}-colors.png").write_bytes(chroma.to_png())
        photos.write(target / f"{number}-gray.jpg", photos.gray(rgb))
        picture = colorizer.render(rgb, chroma)
        photos.write(target / f"{number}-result.jpg", picture)
        for side in (1600, 480):
            picture = photos.preview(picture, side)
            photos.write(target / f"{number}-{side}.jpg", picture, quality=88)
    print("done", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
