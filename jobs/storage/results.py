"""The files that a worker makes of one photo: result, previews, gray photo and color maps."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from jobs.models import Job
from jobs.storage import files
from ml.imaging import photos
from ml.imaging.chroma import Chroma
from ml.imaging.pixels import on_white
from ml.imaging.srgb import Pixels, as_bytes


class ResultFiles:
    """Writes the files of one attempt at a job; `bytes` is the size of those written so far."""

    def __init__(self, job: Job, xmp: bytes) -> None:
        self.job = job
        self.xmp = xmp
        self.bytes = 0

    def save_maps(self, rgb: Pixels, chroma: Chroma) -> None:
        """Write the color maps and the photo in gray, from its pixels before they are colored."""
        with self._new("colors") as file:
            file.write(chroma.to_png())
        gray = photos.gray(rgb)
        with self._new("gray") as file:
            photos.write(file, gray, format="jpeg")
        if self.job.geometry:
            self._save_previews(gray, ("gray_preview", "gray_card"))

    def save_original(self, rgb: Pixels) -> None:
        """Write the preview of a prepared photo that had color when it came."""
        self._save_previews(rgb, ("original_preview",))

    def save_result(
        self, rgb: Pixels, alpha: Pixels | None, dpi: tuple[float, float] | None
    ) -> None:
        """Write the colored photo, H,W,3 of the job's depth, in its format, and its previews."""
        with self._new("result") as file:
            photos.write(file, rgb, alpha=alpha, format=self.job.format, xmp=self.xmp, dpi=dpi)
        picture = as_bytes(photos.preview(rgb, files.PREVIEW_SIDE))
        if alpha is not None:
            picture = on_white(picture, photos.preview(alpha, files.PREVIEW_SIDE))
        self._save_previews(picture, ("preview", "card"), xmp=self.xmp)

    def _save_previews(self, picture: Pixels, kinds: Iterable[str], xmp: bytes = b"") -> None:
        for kind in kinds:
            picture = as_bytes(photos.preview(picture, files.SIDES[kind]))
            with self._new(kind) as file:
                photos.write(file, picture, format="jpeg", quality=88, xmp=xmp)

    @contextmanager
    def _new(self, kind: str) -> Iterator[BinaryIO]:
        with files.new_file(self.job.file(kind)) as file:
            yield file
            self.bytes += file.tell()
