"""What a worker does for one rendition: read, prepare, shrink, color, write. Needs no network."""

from collections.abc import Callable
from typing import BinaryIO, cast

from django.core.files.storage import default_storage

from colorweb import database
from colorweb.health import fitness
from jobs.models import Photo, Rendition
from jobs.photos.intake import LIMITS
from jobs.results import renditions, words
from jobs.results.failures import classify_failure
from jobs.storage import files
from ml.imaging import geometry, iptc, metadata, photos, tones
from ml.imaging.chroma import Chroma, render
from ml.imaging.srgb import Pixels
from ml.imaging.tones import Tones


def complete(rendition: Rendition, progress: Callable[[float], None]) -> None:
    """See a claimed rendition to its end: its file is there, or it failed and its row says why.

    After a failure of this process it waits for another one.
    """
    try:
        renditions.finish(rendition, make(rendition, progress))
    except Exception as error:  # noqa: BLE001 - classified, and logged there
        if fitness.is_own_failure(error):
            database.wait()
            renditions.release(rendition)
        else:
            renditions.fail(rendition, classify_failure(error, f"Rendition {rendition.pk}"))


def make(rendition: Rendition, progress: Callable[[float], None]) -> int:
    """Write the file of this attempt; its size in bytes. `progress` gets 0..1.

    Raises `photos.PhotoError`, FileNotFoundError if the source or the colors are gone.
    """
    job = rendition.job
    with default_storage.open(files.name_of(job, "colors")) as file:
        chroma = Chroma.from_png(file.read())
    with default_storage.open(job.photo.source) as file:
        photo = photos.read(cast("BinaryIO", file), LIMITS, page=job.photo.page, deep=True)
    progress(0.3)
    restored = tones_of(job.photo, rendition.tones, photo.rgb)
    prepared = geometry.read(job.geometry)
    rgb = prepared.apply(photo.rgb)
    alpha = None if photo.alpha is None else prepared.apply(photo.alpha)
    dpi = photo.dpi
    if rendition.long_side:
        dpi = dpi and scaled(dpi, rendition.long_side / max(rgb.shape[:2]))
        rgb = photos.preview(rgb, rendition.long_side)
        alpha = None if alpha is None else photos.preview(alpha, rendition.long_side)
    rgb = render(
        rgb,
        chroma,
        rendition.vividness,
        progress=lambda share: progress(0.3 + 0.4 * share),
        tones=restored,
        depth=rendition.depth,
    )
    said = words.of(job.photo) if rendition.keep_metadata else metadata.NO_WORDS
    with files.new_file(rendition.name(rendition.attempt)) as file:
        photos.write(
            file,
            rgb,
            alpha=alpha,
            format=rendition.format,
            exif=photo.exif if rendition.keep_metadata else b"",
            xmp=metadata.made_by(job.model_name, job.model_version, said),
            iptc=iptc.resource(said),
            dpi=dpi,
        )
        return file.tell()


def scaled(dpi: tuple[float, float], scale: float) -> tuple[float, float]:
    """A smaller copy's resolution, so that it prints as large as the photo."""
    return dpi[0] * scale, dpi[1] * scale


def tones_of(photo: Photo, strength: float, rgb: Pixels) -> Tones:
    """How a photo's tones are restored; `rgb` is all of it, to measure one that was not yet."""
    if not strength:
        return tones.AS_IT_IS
    low, high = photo.tone_low, photo.tone_high
    if low is None or high is None:
        low, high = tones.measure(photos.preview(rgb, photos.PREVIEW_SIDE))
        Photo.objects.filter(pk=photo.pk).update(tone_low=low, tone_high=high)
    return Tones(strength, low, high)
