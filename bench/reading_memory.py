"""Memory that decoding takes, by format: what the limits of decoding follow from."""

import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from bench.rows import Row
from bench.scene import scene
from ml.imaging.srgb import Pixels

WIDTH, HEIGHT = 4000, 3000
TILES = 4
"""A side's smaller scenes, laid beside each other; one alone warms the process."""
Maker = Callable[[Path, Pixels], object]


def rows(*, quick: bool) -> list[Row]:
    """A 12-megapixel photo of each format, in a process of its own."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        tile = scene(WIDTH // TILES, HEIGHT // TILES)
        large = np.tile(tile, (TILES, TILES, 1))
        for name, make in list(_makers().items())[: 3 if quick else None]:
            paths = [Path(folder) / size for size in ("small", "large")]
            for path, pixels in zip(paths, (tile, large), strict=True):
                make(path, pixels)
            command = [sys.executable, "-m", "bench.reading_memory", *map(str, paths)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            taken, allowed = (float(word) for word in done.stdout.split())
            found.append(
                Row(
                    f"memory of reading 12 megapixels, {name}",
                    f"{taken:.1f} bytes a pixel",
                    f"{allowed:.0f} are allowed",
                    f"{taken / allowed:.2f} of the limit",
                    "under 1",
                )
            )
    return found


def _makers() -> dict[str, Maker]:
    """A writer of each format and layout whose decoders differ."""
    import imagecodecs  # noqa: PLC0415
    from pillow_heif import register_heif_opener  # noqa: PLC0415
    from tifffile import imwrite  # noqa: PLC0415

    register_heif_opener()

    def pillow(kind: str, **options: Any) -> Maker:
        return lambda path, rgb: Image.fromarray(rgb).save(path, kind, **options)

    def tiff(kind: Any, scale: float, **options: Any) -> Maker:
        def make(path: Path, rgb: Pixels) -> None:
            imwrite(path, (rgb * kind(scale)).astype(kind), photometric="rgb", **options)

        return make

    def coded(encode: Callable[..., bytes | bytearray], **options: Any) -> Maker:
        return lambda path, rgb: path.write_bytes(encode(rgb, **options))

    deep = {"compression": "adobe_deflate", "predictor": True}
    return {
        "JPEG": pillow("JPEG", quality=92),
        "PNG": pillow("PNG", compress_level=1),
        "WebP": pillow("WEBP", quality=90, method=0),
        "progressive JPEG": pillow("JPEG", quality=92, progressive=True),
        "JPEG in CMYK": lambda path, rgb: Image.fromarray(rgb).convert("CMYK").save(path, "JPEG"),
        "lossless WebP": pillow("WEBP", lossless=True, method=0, quality=0),
        "PNG, 16 bits": lambda path, rgb: path.write_bytes(
            cv2.imencode(".png", rgb.astype(np.uint16) * 257)[1].tobytes()
        ),
        "TIFF": tiff(np.uint8, 1),
        "TIFF, 16 bits": tiff(np.uint16, 257, **deep),
        "TIFF, floating point": tiff(np.float32, 1 / 255, compression="adobe_deflate"),
        "AVIF": pillow("AVIF", quality=80, speed=10),
        "HEIC": pillow("HEIF", quality=80),
        "BMP": pillow("BMP"),
        "GIF": pillow("GIF"),
        "JPEG 2000": coded(imagecodecs.jpeg2k_encode, level=30, codecformat="jp2"),
        "JPEG XL": coded(imagecodecs.jpegxl_encode, level=90, effort=1),
        "PDF": pillow("PDF", quality=92, resolution=300),
    }


def main(small: Path, large: Path) -> None:
    """Prints the bytes a pixel that the process which decodes takes, and those that it may take."""
    from ml.imaging import children, formats, photos  # noqa: PLC0415
    from ml.imaging.child import BYTES_A_PIXEL  # noqa: PLC0415

    photos.read(small)
    (child,) = children._idle  # noqa: SLF001
    idle = _kilobytes(child.process.pid, "VmSize")
    photos.read(large, deep=True)
    (child,) = children._idle  # noqa: SLF001
    peak = _kilobytes(child.process.pid, "VmPeak")
    with large.open("rb") as file:
        picture = formats.open_picture(file, 1)[1]
    size = large.stat().st_size
    taken = (peak - idle) * 1024 - 2 * size
    print(taken / (WIDTH * HEIGHT), picture.bytes_a_pixel + BYTES_A_PIXEL)


def _kilobytes(process: int, field: str) -> int:
    status = Path(f"/proc/{process}/status").read_text().splitlines()
    return int(next(line for line in status if line.startswith(field)).split()[1])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
