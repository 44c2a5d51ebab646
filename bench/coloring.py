"""A photo and the model in service, ready to color it from file to file."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.scene import write_jpeg
from ml.imaging import photos
from ml.resnet_gray.network.colorizer import Colorizer
from ml.versions import catalog


@dataclass
class Coloring:
    """A JPEG of a scene, and where its colored copy is written."""

    colorizer: Colorizer
    source: Path
    target: Path

    def color(self) -> None:
        """JPEG file to JPEG file."""
        photos.write(self.target, self.colorizer.colorize(photos.read(self.source).rgb))


@contextmanager
def coloring(width: int, height: int) -> Iterator[Coloring]:
    """A scene of that many pixels in a folder of its own, and a warm network on the CPU."""
    colorizer = Colorizer(catalog.default(), device="cpu")
    colorizer.warm()
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "photo.jpg"
        write_jpeg(source, width, height)
        yield Coloring(colorizer, source, Path(folder) / "result.jpg")
