"""A run gets exactly the photos that the check has seen, or a sentence."""

import tarfile
from pathlib import Path

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from colorweb.errors import DomainError
from ml import consent
from ml.datasets import manage
from ml.datasets.materialize import ChosenSet, materialize
from ml.models import DataSet
from ml.resnet_gray.data import data
from tests.ml import colors
from tests.ml.datasets.pictures import jpeg, photo
from tests.ml.datasets.sets import checked, upload
from tests.ml.files import of_format

pytestmark = pytest.mark.django_db(transaction=True)


def chosen_sets(*sets: DataSet) -> list[ChosenSet]:
    return [ChosenSet(data_set, data_set.fingerprint) for data_set in sets]


def names(tar: Path) -> list[str]:
    with tarfile.open(tar) as archive:
        return archive.getnames()


def test_parts_become_tars_that_the_engine_reads(tmp_path):
    files = {f"{seed}.png": colors.png(photo(seed)) for seed in range(20)} | {"bad.jpg": b"x"}
    data_set = checked(upload(tmp_path, files))
    progress: list[float] = []
    tars = materialize(chosen_sets(data_set), tmp_path / "data", progress.append)
    assert (len(names(tars["training"])), len(names(tars["validation"]))) == (18, 2)
    assert len(data.load([tars["training"]])) == 18
    assert progress == sorted(progress)
    before = tars["training"].stat().st_mtime_ns
    materialize(chosen_sets(data_set), tmp_path / "data")
    assert tars["training"].stat().st_mtime_ns == before, "the same sets are not written twice"


def test_a_photo_held_out_by_one_set_is_learned_from_in_none(tmp_path):
    files = {f"{seed}.png": colors.png(photo(seed)) for seed in range(20)}
    one = checked(upload(tmp_path, files))
    few = dict(list(files.items())[:4])
    two = checked(upload(tmp_path, few))
    tars = materialize(chosen_sets(one, two), tmp_path / "data")
    training, validation = names(tars["training"]), names(tars["validation"])
    assert len(training) + len(validation) == 20
    assert 2 <= len(validation) <= 3


def test_large_photos_come_as_jpegs_of_a_trainable_size(tmp_path, monkeypatch):
    large = default_storage.save("a.jpg", ContentFile(jpeg(photo(1, (900, 700)))))
    heic = default_storage.save("b.heic", ContentFile(jpeg(photo(2, (90, 70)))))
    monkeypatch.setattr(consent, "_registered", [])
    consent.register(lambda: iter([(large, "large"), (heic, "other")]))
    tars = materialize(chosen_sets(checked(manage.add("consented", "People"))), tmp_path / "data")
    found = names(tars["training"]) + names(tars["validation"])
    assert sorted(found) == ["0/large.jpg.jpg", "0/other.heic"]
    sides = [
        lab.shape[:2] for tar in tars.values() for lab in data.load([tar], short_side=1000).lab
    ]
    assert sorted(sides) == [(70, 90), (512, 658)]


def test_formats_that_are_slow_to_read_come_as_jpegs(tmp_path):
    kinds = ("jp2", "jxl", "tiff", "raw", "pdf")
    files = {f"photo.{kind}": of_format(kind, photo(n)) for n, kind in enumerate(kinds)}
    files["photo.dng"] = files.pop("photo.raw")
    tars = materialize(chosen_sets(checked(upload(tmp_path, files))), tmp_path / "data")
    found = [name for tar in tars.values() for name in names(tar)]
    assert sorted(found) == [f"0/{name}.jpg" for name in sorted(files)]
    assert data.load(list(tars.values())).broken == {}


@pytest.mark.parametrize("change", ["other", "gone"])
def test_a_folder_that_changed_is_refused_by_name(root, tmp_path, change):
    colors.folder(root / "photos", 5)
    data_set = checked(manage.add("folder", "Folder", path="photos"))
    if change == "other":
        (root / "photos" / "002.png").write_bytes(colors.png(np.zeros((64, 64, 3), np.uint8)))
    else:
        (root / "photos" / "002.png").unlink()
    with pytest.raises(DomainError, match=r"has changed since it was checked \(002\.png\)"):
        materialize(chosen_sets(data_set), tmp_path / "data")


def test_a_photo_reverted_is_not_learned_from(tmp_path, monkeypatch):
    stored = [
        (default_storage.save(f"{n}.png", ContentFile(colors.png(photo(n)))), str(n))
        for n in range(3)
    ]
    monkeypatch.setattr(consent, "_registered", [])
    consent.register(lambda: iter(stored))
    data_set = checked(manage.add("consented", "People"))
    materialize(chosen_sets(data_set), tmp_path / "data")
    stored.pop()
    with pytest.raises(DomainError, match="has changed"):
        materialize(chosen_sets(data_set), tmp_path / "data")


def test_a_set_checked_again_with_other_photos_is_not_the_one_that_was_chosen(root, tmp_path):
    colors.folder(root / "photos", 5)
    data_set = checked(manage.add("folder", "Folder", path="photos"))
    chosen = chosen_sets(data_set)
    colors.folder(root / "photos", 9)
    manage.recheck(data_set)
    checked(data_set)
    with pytest.raises(DomainError, match="have changed since it was chosen"):
        materialize(chosen, tmp_path / "data")
