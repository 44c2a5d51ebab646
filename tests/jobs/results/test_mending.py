"""Mending with a real network (untrained): answers at once, versions that hold what was asked."""

import threading
from io import BytesIO
from typing import Any

import cv2
import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from PIL import Image

from colorweb import broker
from colorweb.testing import pictures
from jobs.models import Job, Photo
from jobs.queue import questions
from jobs.storage import files
from ml.imaging.chroma import Chroma

pytestmark = pytest.mark.django_db(transaction=True)

BLUE = {"x": 0.25, "y": 0.5, "a": 10.0, "b": -40.0}


@pytest.fixture
def mending(worker) -> Any:
    from jobs.results.mending import Mending  # noqa: PLC0415

    broker.client().delete(questions.WAITING)
    return Mending(worker.networks)


@pytest.fixture
def photo(worker, script) -> Photo:
    """A photo of 320 x 240 in color."""
    script.post("/api/v1/jobs/", {"image": pictures.upload(content=pictures.encoded("PNG"))})
    assert worker.work() == 1
    return Photo.objects.get()


def ask(client: Client, mending: Any, photo: Photo, path: str, **question: Any) -> Any:
    """What the API answers while a worker has a look at questions."""

    def work() -> None:
        try:
            while not mending.answer_next():
                pass
        finally:
            connection.close()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    address = f"/api/v1/photos/{photo.pk}/{path}/"
    answer = client.post(address, question, content_type="application/json")
    thread.join(timeout=20)
    return answer


def maps_of(job: Job) -> Chroma:
    with default_storage.open(files.name_of(job, "colors")) as file:
        return Chroma.from_png(file.read())


def color_at(chroma: Chroma, x: float, y: float) -> np.ndarray:
    height, width = chroma.decoded.shape[:2]
    return chroma.decoded[int(y * height), int(x * width)]


def test_without_hints_the_answer_is_the_versions_own_colors(mending, photo, script):
    answer = ask(script, mending, photo, "preview", hints=[], serial=7)
    assert (answer.status_code, answer["Content-Type"], answer["X-Serial"]) == (
        200,
        "image/png",
        "7",
    )
    assert answer["Cache-Control"] == "no-store"
    shown, kept = Chroma.from_png(answer.content), maps_of(Job.objects.get())
    assert np.abs(shown.decoded - kept.decoded).max() <= 1 / 8
    assert np.abs(shown.regression - kept.regression).max() <= 1 / 8


def test_a_hint_is_seen_at_its_place_and_the_saved_version_is_what_was_shown(
    mending, worker, photo, script
):
    answer = ask(script, mending, photo, "preview", hints=[BLUE], serial=1)
    shown = Chroma.from_png(answer.content)
    assert np.abs(color_at(shown, 0.25, 0.5) - (10, -40)).max() <= 10
    address = f"/api/v1/photos/{photo.pk}/versions/"
    made = script.post(address, {"hints": [BLUE]}, content_type="application/json")
    assert made.status_code == 201
    assert worker.work() == 1
    mended = Job.objects.get(pk=made.json()["id"])
    assert (mended.state, mended.in_use) == ("succeeded", True)
    assert np.abs(maps_of(mended).decoded - shown.decoded).max() <= 1 / 8


def test_suggested_colors_are_likely_ones_at_the_lightness_of_the_place(mending, photo, script):
    answer = ask(script, mending, photo, "suggestions", x=0.5, y=0.5)
    colors = answer.json()["colors"]
    assert 1 <= len(colors) <= 8
    assert all(0 <= color["share"] <= 1 for color in colors)
    red, green, blue = (int(colors[0]["hex"][at : at + 2], 16) for at in (1, 3, 5))
    seen = cv2.cvtColor(np.array([[[red, green, blue]]], np.float32) / 255, cv2.COLOR_RGB2LAB)[
        0, 0, 0
    ]
    scene = np.repeat(pictures.scene()[..., None], 3, axis=2)
    there = cv2.cvtColor(scene[110:130, 150:170].astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    assert abs(seen - there[..., 0].mean()) < 12


def test_a_place_that_is_cut_off_has_no_suggestions(mending, worker, photo, script):
    half = {"turn": 90, "corners": [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]}
    address = f"/api/v1/photos/{photo.pk}/versions/"
    made = script.post(address, {"geometry": half}, content_type="application/json").json()
    assert worker.work() == 1
    assert ask(script, mending, photo, "suggestions", x=0.9, y=0.5).json() == {"colors": []}
    cut = Job.objects.get(pk=made["id"])
    with default_storage.open(cut.result) as file, Image.open(file) as result:
        assert result.size == (240, 160)
    sizes = set()
    for kind in ("gray", "gray_preview", "gray_card", "preview", "card"):
        with default_storage.open(files.name_of(cut, kind)) as file:
            sizes.add(Image.open(BytesIO(file.read())).size)
    assert sizes == {(240, 160)}


def test_a_question_that_nobody_answers_is_refused_in_words(photo, script):
    broker.client().delete(questions.WAITING)
    address = f"/api/v1/photos/{photo.pk}/preview/"
    answer = script.post(address, {"serial": 1}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (503, "no_worker")
    assert answer["Retry-After"] == "2"


def test_a_second_process_needs_no_source_for_its_answer(mending, worker, photo, script):
    from jobs.results.mending import Mending  # noqa: PLC0415

    first = ask(script, mending, photo, "preview", hints=[BLUE], serial=1).content
    default_storage.delete(photo.source)
    other = Mending(worker.networks)
    assert ask(script, other, photo, "preview", hints=[BLUE], serial=2).content == first
