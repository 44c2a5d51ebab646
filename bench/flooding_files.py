"""Floods that end: two thousand broken files of all formats, and the corpus that tests read.

As `bench.flooding` asks for; `faults` says what became of the files.
"""

import io
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import numpy as np
from imagecodecs import jpeg2k_encode, jpegxl_encode
from PIL import Image
from tifffile import imwrite

import ml.imaging.pillow  # noqa: F401 - for Pillow to write AVIF and HEIC
from colorweb.testing import pictures
from colorweb.testing.mutations import mutated
from colorweb.testing.stack import Stack
from colorweb.testing.waiting import wait_for
from ml.imaging.photo_errors import ERRORS
from tests.ml.imaging.corpus import corpus

COUNT, CONNECTIONS = 2000, 8
KNOWN = {"accepted", *ERRORS}
SECONDS = 300  # until the last of those that can be read is colored


def broken_files(site: str) -> Iterator[None]:
    """Broken files of all formats, several at once."""
    sources, rng = list(_whole().values()), np.random.default_rng(7)
    files = [mutated(sources[number % len(sources)], rng) for number in range(COUNT)]
    yield from _send(site, files, CONNECTIONS)


def corpus_files(site: str) -> Iterator[None]:
    """Every kind of file that people have, one after another."""
    yield from _send(site, [bytes(case.content) for case in corpus()], connections=1)


FLOODS = {"broken_files": broken_files, "corpus": corpus_files}


def _send(site: str, files: list[bytes], connections: int) -> Iterator[None]:
    """Send each once; at the end a line with how often each answer came."""
    http = httpx.Client(base_url=site, timeout=300)
    token = http.get("/api/v1/me/").json()["guest_token"]
    http.headers["Authorization"] = f"Bearer {token}"
    yield
    print("flooding", flush=True)
    with ThreadPoolExecutor(connections) as pool:
        answers = Counter(pool.map(lambda content: _answer(http, content), files))
    answers["never answered"] = len(files) - answers.total()
    print(json.dumps(answers), flush=True)
    threading.Event().wait()


def faults(stack: Stack, line: str) -> list[str]:
    """What went wrong with the files, by the line that the flood ended with; waits for the last."""
    answers = json.loads(line)
    unfinished = "SELECT count(*) FROM jobs_job WHERE state IN ('queued', 'running')"
    wait_for(lambda: stack.rows(unfinished) == [(0,)], "all photos to be done", SECONDS, every=1)
    jobs = "SELECT error_code FROM jobs_job WHERE state <> 'succeeded' OR crash_count > 0"
    crashes = sum(stack.log(name).count("ended the process") for name in ("web", "gpu"))
    missing = answers.pop("never answered")
    found = Counter({f"answered {code}": n for code, n in answers.items() if code not in KNOWN})
    found.update(f"ended as {code}" for (code,) in stack.rows(jobs) if code not in KNOWN)
    found += Counter({"never answered": missing, "crashed": crashes})
    return [f"{n} {what}" for what, n in found.items()]


def _answer(http: httpx.Client, content: bytes) -> str:
    """`accepted`, the code of a refusal, or the status of what is none."""
    while True:
        answer = http.post("/api/v1/jobs/", files={"image": ("a", content)})
        if answer.status_code != 429:
            break
        time.sleep(int(answer.headers["Retry-After"]))
    if answer.status_code == 201:
        return "accepted"
    return str(answer.json()["code"] if answer.status_code == 400 else answer.status_code)


def _whole() -> dict[str, bytes]:
    """Good files of every format and several layouts."""
    image = Image.fromarray(pictures.scene()).convert("RGB")
    options: dict[str, tuple[str, dict[str, object]]] = {
        "jpeg": ("JPEG", {}),
        "progressive": ("JPEG", {"progressive": True}),
        "png": ("PNG", {}),
        "webp": ("WEBP", {}),
        "lossless": ("WEBP", {"lossless": True}),
        "tiff": ("TIFF", {}),
        "lzw": ("TIFF", {"compression": "tiff_lzw"}),
        "jpeg in tiff": ("TIFF", {"compression": "jpeg"}),
        "bmp": ("BMP", {}),
        "gif": ("GIF", {}),
        "avif": ("AVIF", {}),
        "heic": ("HEIF", {}),
        "pdf": ("PDF", {}),
    }
    pixels = np.asarray(image)
    deep = io.BytesIO()
    imwrite(deep, pixels.astype(np.uint16) * 257, photometric="rgb", compression="zlib")
    return {
        **{name: pictures.saved(image, kind, **more) for name, (kind, more) in options.items()},
        "tiff of 16 bits": deep.getvalue(),
        "jpeg 2000": bytes(jpeg2k_encode(pixels, codecformat="jp2", level=30)),
        "jpeg xl": bytes(jpegxl_encode(pixels, level=90)),
    }
