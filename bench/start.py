"""From an accepted upload to a worker that starts on it, on a site with nothing else to do."""

from io import BytesIO
from statistics import median

import numpy as np
from PIL import Image

from bench.rows import Row
from bench.scene import scene
from colorweb.testing.guest import Guest
from colorweb.testing.stack import running

AIM = 50


def rows(*, quick: bool) -> list[Row]:
    """Starts the whole site on a free port, and uploads small photos one after another."""
    waits, totals = [], []
    with running({"COLORWEB_PROCESSES": "1"}) as stack:
        for number in range(8 if quick else 40):
            # Each its own guest: no limit on uploads is met.
            guest = Guest(stack)
            answer = guest.post("photo.jpg", jpeg(number))
            answer.raise_for_status()
            timings = guest.wait(answer.json()["id"])["timings"]
            waits.append(timings["wait_ms"])
            totals.append(timings["total_ms"])
    worst = float(np.percentile(waits, 95))
    return [
        Row(
            "accepted upload to worker start, idle site, median",
            f"{median(waits):.0f} ms",
            f"{worst:.0f} ms for 19 of 20",
            "",
            f"under {AIM} ms",
        ),
        Row("accepted upload to result, 640 x 480, median", f"{median(totals):.0f} ms"),
    ]


def jpeg(seed: int) -> bytes:
    """A small photo made by code."""
    file = BytesIO()
    Image.fromarray(scene(640, 480, seed)).save(file, "JPEG", quality=90)
    return file.getvalue()
