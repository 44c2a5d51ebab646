"""What a photo costs a coloring process: the constants of `jobs/queue/cost.py`."""

import numpy as np

from bench.coloring import coloring
from bench.photo import result_previews
from bench.rows import Row, ms, times
from jobs.queue.cost import NETWORK, PER_MEGAPIXEL
from ml.imaging import photos

SIZES = ((640, 480), (2000, 1500), (4000, 3000), (8000, 6000))


def rows(*, quick: bool) -> list[Row]:
    """A line through the times of photos of several sizes, JPEG to JPEG with the previews.

    Fitted to the shares of each time, or the largest photo alone would decide.
    """
    found, megapixels, milliseconds = [], [], []
    for width, height in SIZES:
        with coloring(width, height) as photo:

            def color(photo=photo) -> None:  # type: ignore[no-untyped-def]
                photo.color()
                result_previews(photos.read(photo.target).rgb)

            took = times({"color": color}, 3 if quick else 7)["color"]
        megapixels.append(width * height / 1e6)
        milliseconds.append(took)
        found.append(Row(f"cost of a photo of {megapixels[-1]:.1f} megapixels", ms(took)))
    each, constant = np.polyfit(megapixels, milliseconds, 1, w=1 / np.array(milliseconds))
    assumed = f"{NETWORK} ms + {PER_MEGAPIXEL} ms a megapixel in the queue's turns"
    line = f"{constant:.0f} ms + {each:.1f} ms a megapixel"
    return [*found, Row("a line through these costs", line, assumed)]
