"""What a worker does for one rendition: read, shrink, color, write. Needs no network."""

from collections.abc import Callable
from typing import BinaryIO, cast

from django.core.files.storage import default_storage

from jobs.models import Rendition
from jobs.photos.intake import LIMITS
from jobs.storage import files
from ml.imaging import metadata, photos
from ml.imaging.chroma import Chroma, render


def make(rendition: Rendition, progress: Callable[[float], None]) -> int:
    """Write the file of this attempt; its size in bytes. `progress` gets 0..1.

    Raises `photos.PhotoError`, FileNotFoundError if the source or the colors are gone.
    """
    job = rendition.job
    with default_storage.open(files.name_of(job, "colors")) as file:
        chroma = Chroma.from_png(file.read())
    with default_storage.open(job.photo.source) as file:
        photo = photos.read(cast("BinaryIO", file), LIMITS)
        exif = metadata.kept(cast("BinaryIO", file)) if rendition.keep_metadata else b""
    progress(0.3)
    rgb, alpha = photo.rgb, photo.alpha
    if rendition.long_side:
        rgb = photos.preview(rgb, rendition.long_side)
        alpha = None if alpha is None else photos.preview(alpha, rendition.long_side)
    rgb = render(
        rgb, chroma, rendition.vividness, progress=lambda share: progress(0.3 + 0.4 * share)
    )
    with files.new_file(rendition.name(rendition.attempt)) as file:
        photos.write(
            file,
            rgb,
            alpha=alpha,
            format=rendition.format,
            exif=exif,
            xmp=metadata.made_by(job.model_name, job.model_version),
        )
        return file.tell()
