"""What looking into a data set, and changing single photos of it, promise."""

import pytest

from ml.datasets import check, editing, index, manage, materialize
from ml.datasets.materialize import ChosenSet
from ml.models import DataSet
from ml.resnet_gray.data.sources import find
from tests.ml import colors
from tests.ml.datasets.pictures import photo
from tests.ml.datasets.sets import checked, upload

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def data_set(tmp_path) -> DataSet:
    return checked(upload(tmp_path, {f"{n}.png": colors.png(photo(n)) for n in range(12)}))


def usable(data_set: DataSet) -> set[str]:
    return {entry.name for entry in index.read(data_set.index) if entry.verdict == "usable"}


def learned(data_set: DataSet, fingerprint: str, folder) -> set[str]:
    tars = materialize.materialize([ChosenSet(data_set, fingerprint)], folder)
    return {source.name for source in find(list(tars.values()))}


def test_excluding_makes_a_new_version_and_the_old_one_is_still_there(data_set, tmp_path):
    old = data_set.fingerprint
    assert editing.exclude(data_set, [0, 5]) == 2
    data_set.refresh_from_db()
    assert (data_set.fingerprint != old, len(usable(data_set))) == (True, 10)
    assert [(v["fingerprint"], v["photos"]) for v in data_set.earlier] == [(old, 2)]
    assert len(learned(data_set, data_set.fingerprint, tmp_path / "new")) == 10
    assert len(learned(data_set, old, tmp_path / "old")) == 12
    manage.recheck(data_set)
    check.work()
    data_set.refresh_from_db()
    assert len(usable(data_set)) == 10, "another check excludes the same ones"
    assert editing.restore(data_set, [0, 5]) == 2
    data_set.refresh_from_db()
    assert data_set.fingerprint == old


def test_tags_become_kinds_of_what_is_measured(data_set, tmp_path):
    editing.tag(data_set, [0, 1, 2], "Street / Scene")
    data_set.refresh_from_db()
    names = learned(data_set, data_set.fingerprint, tmp_path / "photos")
    assert sum(name.startswith("0/street-scene/") for name in names) == 3


def test_every_photo_is_a_tile_that_staff_exclude(data_set, admin_client):
    page = f"/admin/ml/dataset/{data_set.pk}/photos/"
    text = admin_client.get(f"{page}?order=tone").content.decode()
    assert text.count('name="photo"') == 12
    assert "80 × 64" in text
    tile = admin_client.get(f"{page}3.jpg")
    assert (tile.status_code, tile["Content-Type"]) == (200, "image/jpeg")
    answer = admin_client.post(f"{page}?order=tone", {"photo": ["3"], "exclude": ""}, follow=True)
    assert "1 photo was changed" in answer.content.decode()
    text = admin_client.get(f"{page}?verdict=excluded").content.decode()
    assert text.count('name="photo"') == 1
    assert admin_client.get(f"{page}?order=luck").status_code == 404
