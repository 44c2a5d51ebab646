"""Peak memory of coloring a large photo, less what an idle worker holds anyway."""

import subprocess
import sys
import tempfile
from pathlib import Path

from bench.rows import Row
from bench.scene import write_jpeg

SIZES = [(6000, 4000), (11_600, 8_700)]


def rows(*, quick: bool) -> list[Row]:
    """A 24 and a 100-megapixel photo, each in a process of its own."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for width, height in SIZES[: 1 if quick else None]:
            source = Path(folder) / f"{width}.jpg"
            write_jpeg(source, width, height)
            command = [sys.executable, "-m", "bench.memory", str(source)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            idle, peak = (int(word) * 1024 for word in done.stdout.split())
            raw = width * height * 3
            found.append(
                Row(
                    f"peak memory of {width * height / 1e6:.0f} megapixels, JPEG to JPEG",
                    f"{(peak - idle) / 1e6:.0f} MB over the idle worker's {idle / 1e6:.0f}",
                    f"{raw / 1e6:.0f} MB of pixels",
                    f"{(peak - idle) / raw:.2f} x the pixels",
                    "at most 2.2 x",
                )
            )
    return found


def main(source: Path) -> None:
    """Prints kB resident when warm and idle, and at the peak of one photo as a worker does it."""
    import cv2  # noqa: PLC0415

    from ml.imaging import photos  # noqa: PLC0415
    from ml.resnet_gray.network.colorizer import Colorizer  # noqa: PLC0415
    from ml.versions import catalog  # noqa: PLC0415

    cv2.setNumThreads(1)
    colorizer = Colorizer(catalog.default(), device="cpu")
    colorizer.warm()
    idle = _kilobytes("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far (proc(5))
    photo = photos.read(source)
    photos.write(source.with_suffix(".gray.jpg"), photos.gray(photo.rgb))
    rgb = colorizer.colorize(photo.rgb)
    photos.write(source.with_suffix(".result.jpg"), rgb)
    photos.preview(rgb, 1600)
    print(idle, _kilobytes("VmHWM"))


def _kilobytes(field: str) -> int:
    status = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in status if line.startswith(field)).split()[1])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
