"""A check reports what is in a data set, and the same photos always fall into the same parts."""

from collections import Counter
from datetime import timedelta

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models.functions import Now
from PIL import Image

from colorweb import leases
from colorweb.errors import DomainError
from ml import consent
from ml.datasets import check, index, manage, pictures
from ml.models import DataSet, RunData, TrainingRun
from ml.resnet_gray.data import data, decoding
from tests.ml import colors
from tests.ml.datasets.pictures import jpeg, photo
from tests.ml.datasets.sets import checked, upload

pytestmark = pytest.mark.django_db(transaction=True)


def test_everything_in_an_upload_is_counted_and_named(tmp_path):
    gray = np.tile(np.linspace(0, 255, 80).astype(np.uint8)[None, :, None], (64, 1, 3))
    files = {f"{seed}.png": colors.png(photo(seed)) for seed in range(20)}
    files |= {
        "broken.jpg": b"not a photo",
        "gray.png": colors.png(gray),
        "tiny.png": colors.png(photo(50, (20, 20))),
        "same.png": files["3.png"],
        "copy.jpg": jpeg(photo(4, (160, 128)), 70),
        "readme.txt": b"no photo at all",
    }
    data_set = checked(upload(tmp_path, files))
    assert (data_set.state, data_set.error) == ("ready", {})
    report = data_set.report
    counts = {kind: report[kind] for kind in ("photos", "broken", "gray", "small", "duplicate")}
    assert counts == {"photos": 25, "broken": 1, "gray": 1, "small": 1, "duplicate": 2}
    assert report["named"]["broken"][0][0] == "broken.jpg"
    assert report["named"]["small"] == [["tiny.png", "20 × 20"]]
    assert sorted(report["named"]["duplicate"]) == [["copy.jpg", "4.png"], ["same.png", "3.png"]]
    assert (data_set.training, data_set.validation) == (18, 2)
    assert len(data_set.fingerprint) == 64
    with default_storage.open(data_set.sheet) as sheet:
        assert Image.open(sheet).size == (960, 192)


def test_parts_and_fingerprint_hang_on_content_alone(tmp_path):
    contents = [colors.png(photo(seed)) for seed in range(30)]
    one = checked(upload(tmp_path, {f"{n}.png": c for n, c in enumerate(contents)}))
    two = checked(upload(tmp_path, {f"x/{n}.png": c for n, c in enumerate(reversed(contents))}))
    assert one.fingerprint == two.fingerprint
    parts = [{entry.sha256: entry.part for entry in index.read(s.index)} for s in (one, two)]
    assert parts[0] == parts[1]
    assert Counter(parts[0].values()) == {"training": 27, "validation": 3}
    less = checked(upload(tmp_path, {f"{n}.png": c for n, c in enumerate(contents[1:])}))
    assert less.fingerprint != one.fingerprint


def test_nothing_to_learn_from_is_said_in_words(tmp_path):
    data_set = checked(upload(tmp_path, {"a.jpg": b"x", "b.jpg": b"y"}))
    assert data_set.state == "failed"
    assert "None of the 2 photos can be used for training: 2 broken" in data_set.error_message
    assert "no photos in it" in checked(upload(tmp_path, {"a.txt": b"x"})).error_message


def test_a_folder_a_glob_and_tars_on_the_server(root, tmp_path):
    colors.folder(root / "photos", 4)
    (root / "more").mkdir()
    colors.tar(root / "more" / "0.tar", {"a.png": colors.png(photo(1))})
    colors.tar(root / "more" / "1.tar", {"a.png": colors.png(photo(2))})
    folder = checked(manage.add("folder", "Folder", path=str(root / "photos")))
    tars = checked(manage.add("folder", "Tars", path="more/*.tar"))
    assert (folder.report["photos"], tars.training + tars.validation) == (4, 2)
    assert [entry.name for entry in index.read(tars.index)] == ["0/a.png", "1/a.png"]


@pytest.mark.parametrize("path", ["/etc", "..", "../outside", "nothing", "link", "\0"])
def test_nothing_outside_the_roots_can_be_named(root, path):
    colors.folder(root.parent / "outside", 1)
    (root / "link").symlink_to(root.parent / "outside")
    with pytest.raises(DomainError) as refused:
        manage.add("folder", "x", path=path)
    assert refused.value.code == "no_such_path"


def test_links_inside_a_folder_do_not_lead_out(root):
    colors.folder(root.parent / "outside", 1)
    colors.folder(root / "photos", 2)
    (root / "photos" / "secret.png").symlink_to(root.parent / "outside" / "000.png")
    assert checked(manage.add("folder", "x", path="photos")).report["photos"] == 2


def test_places365_by_its_own_list_of_training_photos(root):
    places = root / "places"
    (places / "data_256_standard" / "a").mkdir(parents=True)
    for seed in range(3):
        file = places / "data_256_standard" / "a" / f"{seed}.jpg"
        file.write_bytes(jpeg(photo(seed)))
    (places / "places365_train_standard.txt").write_text("/a/0.jpg 0\n/a/2.jpg 0\n")
    found = checked(manage.add("places365", "Places", path="places"))
    assert [entry.name for entry in index.read(found.index)] == ["a/0.jpg", "a/2.jpg"]
    broken = checked(manage.add("places365", "Not", path="places/data_256_standard"))
    assert "is not a copy of Places365" in broken.error_message


def test_photos_of_people_who_allow_it(monkeypatch):
    names = [
        default_storage.save(f"photos/{n}/source.png", ContentFile(colors.png(photo(n))))
        for n in range(3)
    ]
    monkeypatch.setattr(consent, "_registered", [])
    consent.register(lambda: ((name, f"id{n}") for n, name in enumerate(names)))
    found = checked(manage.add("consented", "People"))
    assert [entry.name for entry in index.read(found.index)] == ["id0.png", "id1.png", "id2.png"]


def test_a_check_whose_worker_died_is_done_by_another(tmp_path):
    data_set = upload(tmp_path, {"a.png": colors.png(photo(1))})
    first = leases.claim_one(DataSet.objects.all(), state="checking")
    assert first
    DataSet.objects.update(lease_until=Now() - timedelta(seconds=1))
    check.reap()
    assert checked(data_set).state == "ready"
    with pytest.raises(leases.LeaseLost):
        leases.write(first, progress=0.5)


def test_a_set_that_kills_its_worker_three_times_is_given_up(tmp_path):
    data_set = upload(tmp_path, {"a.png": colors.png(photo(1))})
    for _death in range(3):
        leases.claim_one(DataSet.objects.all(), state="checking")
        DataSet.objects.update(lease_until=Now() - timedelta(seconds=1))
        check.reap()
    data_set.refresh_from_db()
    assert data_set.state == "failed"
    assert "three times" in data_set.error_message


def test_a_set_that_a_run_uses_can_neither_be_checked_again_nor_deleted(tmp_path):
    data_set = checked(upload(tmp_path, {"a.png": colors.png(photo(1))}))
    run = TrainingRun.objects.create(name="Run", preset="best")
    RunData.objects.create(run=run, data_set=data_set, name="x", fingerprint="y")
    for touch in (manage.recheck, manage.delete):
        with pytest.raises(DomainError) as refused:
            touch(data_set)
        assert refused.value.code == "data_set_in_use"
    TrainingRun.objects.update(state="stopped")
    manage.recheck(data_set)
    assert checked(data_set).state == "ready"
    manage.delete(data_set)
    assert not default_storage.exists(data_set.folder)


def test_check_and_engine_agree_on_what_is_usable():
    assert pictures.MIN_SIDE == decoding.MIN_SIDE
    assert pictures.MIN_CHROMA == data.MIN_CHROMA
