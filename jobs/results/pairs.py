"""Before and after as one picture that messengers show: side by side, or moving from one to the
other. Made of previews, in memory, when it is asked for.
"""

import io

from django.core.files.storage import default_storage
from PIL import Image

from jobs.models import Job
from jobs.results import looks
from jobs.storage import files

SIDE = 1000
"""Longest side of each of two pictures, pixels."""
MOVING_SIDE = 720
STEPS, STEP, HOLD = 12, 60, 1200
"""Frames of one way, and milliseconds of each and at both ends."""
GAP = 8


def color(job: Job) -> bytes:
    """The preview in the photo's look, a JPEG."""
    with default_storage.open(looks.file_of(job, "preview")[0]) as file:
        return bytes(file.read())


def side_by_side(job: Job) -> bytes:
    """Gray left and color right, or above each other where they are wide: a JPEG."""
    before, after = _pair(job, SIDE)
    width, height = before.size
    lies = width > height * 1.3
    whole = (width, 2 * height + GAP) if lies else (2 * width + GAP, height)
    both = Image.new("RGB", whole, "white")
    both.paste(before, (0, 0))
    both.paste(after, (0, height + GAP) if lies else (width + GAP, 0))
    return _saved([both], "JPEG", quality=88)


def moving(job: Job) -> bytes:
    """Color spreads over the gray from the left, and goes again: an animated WebP."""
    before, after = _pair(job, MOVING_SIDE)
    width, height = before.size
    frames = []
    for step in range(STEPS + 1):
        frame = before.copy()
        frame.paste(after.crop((0, 0, width * step // STEPS, height)), (0, 0))
        frames.append(frame)
    frames += frames[-2:0:-1]
    times = [HOLD if number in (0, STEPS) else STEP for number in range(len(frames))]
    return _saved(frames, "WEBP", quality=78, method=2, duration=times, loop=0)


def _pair(job: Job, side: int) -> tuple[Image.Image, Image.Image]:
    """Before and after, of one size."""
    after = _opened(looks.file_of(job, "preview")[0], side)
    before = _opened(files.name_of(job, "gray_preview"), side)
    return before.resize(after.size) if before.size != after.size else before, after


def _opened(name: str, side: int) -> Image.Image:
    with default_storage.open(name) as file, Image.open(file) as picture:
        picture.draft("RGB", (side, side))
        opened = picture.convert("RGB")
    opened.thumbnail((side, side))
    return opened


def _saved(frames: list[Image.Image], kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    more = {"save_all": True, "append_images": frames[1:]} if len(frames) > 1 else {}
    frames[0].save(out, kind, **more, **options)
    return out.getvalue()
