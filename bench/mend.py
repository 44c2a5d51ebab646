"""An answer to a hint: in a worker that keeps the photo's features, against coloring it whole; and
from page to page, on an idle site and while it colors many photos.
"""

import threading
import time
from collections.abc import Callable, Iterator
from itertools import cycle
from statistics import median

import numpy as np

from bench.rows import Row, ms, times
from colorweb.testing import pictures
from colorweb.testing.guest import Guest
from colorweb.testing.stack import Stack, running
from ml.imaging.framing import Frame
from ml.imaging.hints import Hint
from ml.resnet_gray.network.colorizer import Colorizer
from ml.versions import catalog

AIM, AIM_MS, AIM_BUSY = 2.0, 300, 1.5
HINTS = tuple(Hint(0.1 + 0.2 * n, 0.5, 20.0 * (n - 2), 10.0) for n in range(5))
WIDTH, HEIGHT = 1600, 1200
MANY = 200
SENDERS = 4
SETTINGS = {"MEND_RATE": "1000000/min", "UPLOAD_RATE": "1000000/min"}
PAUSE = 0.2  # seconds between two questions, as of somebody who tries colors quickly


def rows(*, quick: bool) -> list[Row]:
    """Five hints on a photo of 2 megapixels: the color maps as the page gets them."""
    colorizer = Colorizer(catalog.default(), "cpu")
    gray = pictures.scene(WIDTH, HEIGHT)
    frame = colorizer.frame(np.repeat(gray[..., None], 3, axis=2))
    features = colorizer.encode(frame)
    taken = times(
        {
            "answer": lambda: colorizer.decode(features, HINTS).to_png(),
            "whole": lambda: colorizer.predict([frame]),
        },
        repeats=5 if quick else 21,
    )
    return [
        Row(
            "an answer to five hints, as the page gets it",
            ms(taken["answer"]),
            f"{ms(taken['whole'])} of one whole `predict`",
            f"{taken['answer'] / taken['whole']:.2f} x",
            f"at most {AIM} x",
        ),
        *_page_to_page(colorizer, frame, quick=quick),
    ]


def _page_to_page(colorizer: Colorizer, frame: Frame, *, quick: bool) -> list[Row]:
    """By the clock: a question over HTTP, until its maps are decoded."""
    whole = _median_ms(lambda: colorizer.predict([frame]), 21)
    sent = [
        pictures.encoded(width=WIDTH, height=HEIGHT, seed=seed)
        for seed in range(MANY // 10 if quick else MANY)
    ]
    with running(SETTINGS) as stack:
        ask = _questions(stack)
        _median_ms(ask, 3)  # the first answer makes the features
        idle = _median_ms(ask, 11 if quick else 41)
        busy = _while_coloring(stack, sent, ask)
    return [
        Row(
            "the same, page to page, idle site, median",
            ms(idle),
            f"{ms(whole)} of one whole `predict` by the clock",
            f"{idle / whole:.2f} x",
            f"at most {AIM_MS} ms and {AIM} x",
        ),
        Row(
            f"the same, while {len(sent)} photos of 2 megapixels are colored, 19 of 20 within",
            f"{np.percentile(busy, 95):.2f} s",
            f"{median(busy):.2f} s at the median of {len(busy)}",
            aim=f"under {AIM_BUSY} s",
        ),
    ]


def _questions(stack: Stack) -> Callable[[], object]:
    """A function that asks what other hints do to a colored photo, and waits for the maps."""
    guest = Guest(stack)
    answer = guest.post("photo.jpg", pictures.encoded(width=WIDTH, height=HEIGHT, seed=MANY))
    photo = guest.wait(answer.json()["id"], "succeeded")["photo"]["id"]
    colors: Iterator[int] = cycle(range(-40, 41, 5))

    def ask() -> None:
        hints = [{"x": h.x, "y": h.y, "a": next(colors), "b": h.b} for h in HINTS]
        question = {"hints": hints, "serial": 1}
        maps = guest.http.post(f"/api/v1/photos/{photo}/preview/", json=question)
        assert maps.status_code == 200, maps.text
        pictures.opened(maps.content)

    return ask


def _while_coloring(stack: Stack, sent: list[bytes], ask: Callable[[], object]) -> list[float]:
    """Seconds of each question until all photos, which several visitors send, are colored."""
    senders = [
        threading.Thread(target=_send, args=(Guest(stack), sent[number::SENDERS]))
        for number in range(SENDERS)
    ]
    for sender in senders:
        sender.start()
    taken = []
    while any(sender.is_alive() for sender in senders):
        taken.append(_seconds(ask))
        time.sleep(PAUSE)
    return taken


def _send(guest: Guest, files: list[bytes]) -> None:
    """Send photos one after another, and wait until they are colored."""
    jobs = []
    for number, file in enumerate(files):
        answer = guest.post(f"{number}.jpg", file)
        answer.raise_for_status()
        jobs.append(answer.json()["id"])
    for job in jobs:
        guest.wait(job, "succeeded")


def _median_ms(function: Callable[[], object], repeats: int) -> float:
    return 1000 * median(_seconds(function) for _ in range(repeats))


def _seconds(function: Callable[[], object]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start
