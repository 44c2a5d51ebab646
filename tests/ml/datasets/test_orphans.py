"""Files of data sets and evaluations: found by the check, removed by the sweep."""

import uuid
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from colorweb.testing import media
from jobs.photos import consistency
from ml import consent
from ml.datasets import manage, orphans
from ml.models import DataSet, Evaluation, ModelVersion, RunData, RunSample, TrainingRun
from tests.ml import colors
from tests.ml.datasets.pictures import photo
from tests.ml.datasets.sets import checked, upload
from tests.ml.networks import version

pytestmark = pytest.mark.django_db


def names(found: str) -> list[str]:
    return consistency.look(lambda _done: None).named[found]


@pytest.fixture
def allowed(monkeypatch) -> dict[str, str]:
    """Photos that their owners allow, by id; without one it is withdrawn or deleted."""
    photos = {
        f"id{n}": default_storage.save(
            f"photos/00/{uuid.UUID(int=n)}/source.png", ContentFile(colors.png(photo(n)))
        )
        for n in range(3)
    }
    monkeypatch.setattr(consent, "_registered", [])
    consent.register(lambda: ((name, key) for key, name in photos.items()))
    return photos


def test_what_a_crash_left_is_found_and_removed(tmp_path):
    kept = checked(upload(tmp_path, {"a.png": colors.png(photo(1)), "b.png": colors.png(photo(2))}))
    lost = default_storage.save("datasets/lost/photos.tar", ContentFile(b"x"))
    attempt = default_storage.save(f"{kept.folder}/9-index.jsonl.gz", ContentFile(b"x"))
    assert orphans.sweep() == 0, "they may be on their way into a row"
    for folder in ("datasets/lost", kept.folder):
        media.age(folder, timedelta(days=2))
    assert names("unknown") == sorted([attempt, lost])
    assert orphans.sweep() == 2
    assert all(default_storage.exists(name) for name in (kept.archive, kept.index, kept.sheet))


def test_a_missing_archive_of_a_data_set_is_found(tmp_path):
    data_set = upload(tmp_path, {"a.png": colors.png(photo(1))})
    default_storage.delete(data_set.archive)
    assert names("missing") == [data_set.archive]


def test_a_sheet_with_a_photo_of_a_deleted_person_goes(allowed):
    data_set = checked(manage.add("consented", "People"))
    assert orphans.sweep() == 0
    del allowed["id1"]
    pictures = [data_set.sheet, data_set.tiles]
    assert sorted(names("unknown")) == sorted(pictures)
    assert orphans.sweep() == 2
    assert not any(map(default_storage.exists, pictures))
    swept = DataSet.objects.get()
    assert (swept.sheet, swept.tiles) == ("", "")

    manage.recheck(data_set)
    assert checked(data_set).sheet
    assert orphans.sweep() == 0


def test_sheets_of_evaluations_go_with_the_people_on_them(allowed, tmp_path):
    data_set = checked(manage.add("consented", "People"))
    sheet = default_storage.save("evaluations/x/1-0.jpg", ContentFile(b"x"))
    part = {"data_set": str(data_set.pk), "fingerprint": data_set.fingerprint, "sheet": sheet}
    evaluation = Evaluation.objects.create(
        version=version(tmp_path), against=version(tmp_path, 1), parts=[part]
    )
    assert sheet not in orphans.withdrawn_sheets()
    allowed.clear()
    assert sheet in orphans.withdrawn_sheets()
    orphans.sweep()
    evaluation.refresh_from_db()
    assert (evaluation.parts, default_storage.exists(sheet)) == ([{**part, "sheet": ""}], False)


def test_sheets_of_other_sets_stay(tmp_path):
    data_set = checked(upload(tmp_path, {"a.png": colors.png(photo(1))}))
    part = {"data_set": str(data_set.pk), "fingerprint": "before", "sheet": "evaluations/x/1-0.jpg"}
    Evaluation.objects.create(version=version(tmp_path), against=version(tmp_path, 1), parts=[part])
    assert list(orphans.withdrawn_sheets()) == []


def test_sample_pictures_of_a_run_go_with_the_people_on_them(allowed, tmp_path):
    data_set = checked(manage.add("consented", "People"))
    run = TrainingRun.objects.create(name="Run", preset="best")
    RunData.objects.create(run=run, data_set=data_set, name="x", fingerprint=data_set.fingerprint)
    sample = default_storage.save(f"{run.folder}/samples/1.png", ContentFile(b"x"))
    RunSample.objects.create(run=run, step=1, epoch=1, file=sample)
    trained = version(tmp_path)
    ModelVersion.objects.update(run=run, samples=[sample])
    orphans.sweep()
    assert default_storage.exists(sample)
    allowed.clear()
    orphans.sweep()
    trained.refresh_from_db()
    assert (default_storage.exists(sample), trained.samples) == (False, [])
    assert not RunSample.objects.exists()
