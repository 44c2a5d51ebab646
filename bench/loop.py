"""One loop of `loops`: reads, colors and writes photos of a folder, without a site.

`python -m bench.loop FOLDER COUNT`; it says when it is ready, waits for a line, and does the same
when it is done.
"""

import os
import sys
from pathlib import Path

import cv2

from ml.imaging import photos
from ml.resnet_gray.network.colorizer import Colorizer
from ml.versions import catalog

READY = b"ready\n"


def main(folder: Path, count: int) -> None:
    """Make the files of a job `count` times."""
    cv2.setNumThreads(1)
    colorizer = Colorizer(catalog.default(), device="cpu")
    colorizer.warm()
    sources = sorted(folder.glob("*.jpg"))
    target = folder / str(os.getpid())
    target.mkdir()
    for source in sources:
        _color(colorizer, source, target / "warm")
    _say_and_wait()
    for number in range(count):
        _color(colorizer, sources[number % len(sources)], target / str(number))
    _say_and_wait()


def _color(colorizer: Colorizer, source: Path, target: Path) -> None:
    """Result, gray photo, previews and color maps, as `jobs.storage.results` has them."""
    rgb = photos.read(source).rgb
    (chroma,) = colorizer.predict([colorizer.frame(rgb)])
    target.with_suffix(".colors.png").write_bytes(chroma.to_png())
    photos.write(target.with_suffix(".gray.jpg"), photos.gray(rgb))
    picture = colorizer.render(rgb, chroma)
    photos.write(target.with_suffix(".result.jpg"), picture)
    for side in (1600, 480):
        picture = photos.preview(picture, side)
        photos.write(target.with_suffix(f".{side}.jpg"), picture, quality=88)


def _say_and_wait() -> None:
    print(READY.decode(), end="", flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
