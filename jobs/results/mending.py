"""Answers to questions while a photo is mended: what hints do to its colors, and which fit a place.

A thread of each worker that colors answers them, also while it is busy with photos. It keeps what
the network made of the last photos, so that an answer costs only the network's second part.
"""

import base64
import hashlib
import io
import json
import logging
import threading
import time
from collections import OrderedDict
from typing import Any, BinaryIO, cast

import numpy as np
import redis
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import close_old_connections

from colorweb.errors import DomainError
from jobs.models import Job, State
from jobs.photos import versions
from jobs.photos.intake import LIMITS
from jobs.queue import questions
from ml.imaging import gamut, geometry, photos
from ml.imaging.framing import Box, Frame
from ml.imaging.srgb import as_bytes
from ml.resnet_gray.network.colorizer import Features
from ml.versions.serving import Network, Networks

log = logging.getLogger(__name__)

MAX_FEATURES = 8
"""Photos whose features a worker keeps: some megabytes each."""
FRAME_KEPT = 3600  # seconds in the cache
PAUSE = 1.0  # seconds after the broker was unavailable


class Mending:
    """Answers questions from a thread, with the networks of its worker."""

    def __init__(self, networks: Networks) -> None:
        self.networks = networks
        self.features: OrderedDict[tuple[str, str], Features] = OrderedDict()

    def start(self) -> None:
        """Begin to answer."""
        threading.Thread(target=self._run, name="mending", daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                self.answer_next()
            except redis.RedisError:
                time.sleep(PAUSE)
            except Exception:
                log.exception("A question was not answered.")
            finally:
                close_old_connections()

    def answer_next(self) -> bool:
        """Answer a question, if one comes soon; whether one came."""
        question = questions.take()
        if question is None:
            return False
        try:
            questions.answer(question, self._answer(question))
        except DomainError as error:
            questions.refuse(question, error)
        except Exception:
            questions.refuse(question, DomainError("no_worker"))
            raise
        return True

    def _answer(self, question: dict[str, Any]) -> Any:
        job = Job.objects.select_related("photo").filter(pk=question["job"]).first()
        if job is None or job.state != State.SUCCEEDED:
            raise DomainError("no_result")
        network = self.networks.get(versions.recipe_of(job).model)
        features = self._features(job, network)
        job.hints = question["hints"]
        if question["kind"] == "preview":
            chroma = network.colorizer.decode(features, job.placed_hints)
            return base64.b64encode(chroma.to_png()).decode()
        return self._suggest(network, features, job, question["x"], question["y"])

    def _suggest(
        self, network: Network, features: Features, job: Job, x: float, y: float
    ) -> list[dict[str, Any]]:
        """Colors that fit a place of the photo as it came; none for one that is cut off."""
        x, y = geometry.read(job.geometry).place(x, y, job.photo.width, job.photo.height)
        if not (0 <= x <= 1 and 0 <= y <= 1):
            return []
        light = _lightness_at(features.frame, x, y)
        found = network.colorizer.suggest(features, x, y, job.placed_hints)
        return [
            {"a": round(a, 2), "b": round(b, 2), "hex": _hex(light, a, b), "share": round(share, 4)}
            for a, b, share in found
        ]

    def _features(self, job: Job, network: Network) -> Features:
        frame_key = _frame_key(job, network)
        key = (network.sha256, frame_key)
        if key not in self.features:
            frame = _kept_frame(frame_key) or _frame(job, network, frame_key)
            self.features[key] = network.colorizer.encode(frame)
            while len(self.features) > MAX_FEATURES:
                self.features.popitem(last=False)
        self.features.move_to_end(key)
        return self.features[key]


def _frame_key(job: Job, network: Network) -> str:
    size = job.network_size or network.colorizer.default_size
    shape = json.dumps(geometry.read(job.geometry).json, sort_keys=True)
    digest = hashlib.sha256(f"{job.photo_id} {size} {shape}".encode()).hexdigest()
    return f"frame:{digest}"


def _frame(job: Job, network: Network, key: str) -> Frame:
    """The photo as the network sees it, kept for all workers."""
    with default_storage.open(job.photo.source) as file:
        photo = photos.read(cast("BinaryIO", file), LIMITS, page=job.photo.page)
    rgb = geometry.read(job.geometry).apply(photo.rgb)
    frame = network.colorizer.frame(rgb, job.network_size)
    buffer = io.BytesIO()
    box = frame.box
    np.savez_compressed(
        buffer, lightness=frame.lightness, box=[box.top, box.left, box.height, box.width]
    )
    cache.set(key, buffer.getvalue(), timeout=FRAME_KEPT)
    return frame


def _kept_frame(key: str) -> Frame | None:
    data = cache.get(key)
    if data is None:
        return None
    with np.load(io.BytesIO(data)) as kept:
        return Frame(kept["lightness"], Box(*map(int, kept["box"])))


def _lightness_at(frame: Frame, x: float, y: float) -> float:
    """L* at a place of the photo, the mean of 5 x 5 pixels of its frame."""
    box = frame.box
    row = box.top + min(int(y * box.height), box.height - 1)
    column = box.left + min(int(x * box.width), box.width - 1)
    return float(frame.lightness[max(0, row - 2) : row + 3, max(0, column - 2) : column + 3].mean())


def _hex(lightness: float, a: float, b: float) -> str:
    rgb = gamut.lab_to_deep_rgb(*np.array([lightness, a, b], np.float32)[:, None, None])
    return "#{:02x}{:02x}{:02x}".format(*map(int, as_bytes(rgb)[0, 0]))
