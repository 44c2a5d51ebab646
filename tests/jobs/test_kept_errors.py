"""Rows keep an error's code and parameters; those of version 0.1 kept an English sentence."""

from typing import Any

import pytest
from django.apps.registry import Apps
from django.core.management import call_command
from django.utils import timezone, translation

from jobs.models import Job, Rendition
from ml.models import DataSet, Evaluation, TrainingRun

pytestmark = pytest.mark.django_db(transaction=True)

DIED = "The worker stopped three times while colouring this photo. Try a smaller copy of it."
NARROW = (
    "The photo is 4000 x 20 pixels; its long side may be at most 20 times its short side. "
    "Cut it into pieces."
)
OLD = [
    ("worker_died", DIED, {}),
    ("took_too_long", "Colouring took too long. Try a smaller copy of the photo.", {}),
    ("internal_error", "Something broke on our side while colouring. Please try again.", {}),
    ("too_narrow", NARROW, {"width": "4000", "height": "20", "limit": "20"}),
]


def old_job(apps: Apps, **fields: Any) -> Any:
    """A failed job, and its photo, as version 0.1 wrote them."""
    photos: Any = apps.get_model("jobs", "Photo").objects
    photo = photos.create(
        guest="0" * 32,
        name="old.jpg",
        source="x",
        format="jpeg",
        bytes=1,
        width=1,
        height=1,
        has_colour=True,
        sha256="0" * 64,
    )
    return apps.get_model("jobs", "Job").objects.create(
        photo=photo, queue_owner="user-1", turn=1, frame="256x256", **{"state": "failed"} | fields
    )


def kept(code: str, sentence: str, **parts: Any) -> dict[str, Any]:
    """An error as ml's rows of version 0.1 kept it."""
    return {"code": code, "sentence": sentence, "parts": parts}


def old_ml_rows(apps: Apps) -> None:
    """A data set, a run and an evaluation that failed in version 0.1."""
    versions, sets, runs, evaluations = (
        apps.get_model("ml", name).objects
        for name in ("ModelVersion", "DataSet", "TrainingRun", "Evaluation")
    )
    sets.create(
        name="album",
        error=kept(
            "no_photos",
            "None of the %(photos)d photos can be learnt from: %(broken)d broken, "
            "%(grey)d without colour, %(small)d too small.",
            photos=2, broken=1, grey=1, small=0,
        ),
    )  # fmt: skip
    runs.create(name="run", options={}, error=kept("gone", "Gone: %(why)s", why="rain"))
    version = versions.create(name="x", sha256="1" * 64, bytes=1, card={})
    evaluations.create(
        version=version,
        against=version,
        error=kept("model_unavailable", "The weights cannot be read: %(why)s", why="moths"),
    )


def test_old_errors_are_read_from_their_code(old_rows, subtests):
    old = [old_job(old_rows, error_code=row[0], error_message=row[1]).pk for row in OLD]
    unknown = old_job(old_rows, error_code="internal_error", error_message="The cat sat on it.")
    old_rows.get_model("jobs", "Rendition").objects.create(
        job=old_job(old_rows, state="succeeded"),
        format="png",
        vividness=1,
        long_side=0,
        state="failed",
        error_code="worker_died",
        error_message="The worker stopped three times while making this file.",
        wanted_at=timezone.now(),
    )
    old_ml_rows(old_rows)
    call_command("migrate", verbosity=0)

    for key, (code, sentence, params) in zip(old, OLD, strict=True):
        with subtests.test("a sentence becomes its code and reads in both languages", code=code):
            job = Job.objects.get(pk=key)
            assert (job.error_code, job.error_params, job.error_message) == (code, params, "")
            assert job.error_text == sentence.replace("olouring", "oloring")
            with translation.override("ru"):
                assert not job.error_text.isascii()
    with subtests.test("a sentence that no code stands for is shown as it is"):
        job = Job.objects.get(pk=unknown.pk)
        assert (job.error_text, job.error_code) == ("The cat sat on it.", "internal_error")
    with subtests.test("a rendition keeps its own text"):
        assert Rendition.objects.get().error_code == "worker_died.file"
        assert Rendition.objects.get().error_text.endswith("while making this file.")
    with subtests.test("errors of data sets, runs and evaluations"):
        assert DataSet.objects.get().error_message == (
            "None of the 2 photos can be used for training: 1 broken, 1 without color, 0 too small."
        )
        assert TrainingRun.objects.get().error_message == "Gone: rain"
        assert Evaluation.objects.get().error == {
            "code": "model_unavailable.weights",
            "params": {"reason": "moths"},
        }
        assert "moths" in Evaluation.objects.get().error_message
