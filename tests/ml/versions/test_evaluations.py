"""What comparing versions promises, and the gate that hangs on it."""

import json

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models.functions import Now
from django.test import Client
from PIL import Image

from colorweb.errors import DomainError
from ml.datasets import check, manage, orphans
from ml.models import DataSet, Evaluation, Promotion
from ml.versions import blind, evaluations, gate, measuring, pictures, promotion
from tests.ml import colors, networks
from tests.ml.comparisons import measured
from tests.ml.datasets.pictures import photo

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def folder(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MODEL_CACHE = tmp_path / "cache"
    return tmp_path


@pytest.fixture
def photos(folder) -> DataSet:
    """A checked set of twelve color photos."""
    tar = colors.tar(folder / "photos.tar", {f"{n}.png": colors.png(photo(n)) for n in range(12)})
    found = manage.add("upload", "twelve", file=ContentFile(tar.read_bytes(), "photos.tar"))
    check.work()
    found.refresh_from_db()
    assert found.state == "ready", found.error
    return found


def test_two_versions_are_measured_on_the_same_photos_with_pictures(
    folder, photos, monkeypatch, admin_client
):
    monkeypatch.setenv("COLORWEB_MODEL", str(networks.file(folder, seed=0, name="first")))
    version = networks.version(folder, 1)
    evaluation = evaluations.request(version, photos)
    evaluations.work()
    evaluation.refresh_from_db()
    assert evaluation.state == "ready", evaluation.error
    [part] = evaluation.parts
    assert part["ours"]["photos"] == part["theirs"]["photos"] == photos.validation
    assert part["ours"]["shown"] != part["theirs"]["shown"]
    with default_storage.open(part["each"]) as file:
        each = json.load(file)
    assert [len(each[side]) for side in evaluations.SIDES] == [photos.validation] * 2
    assert [line.photos for line in gate.lines(evaluation)] == [photos.validation] * 3
    assert gate.figures(evaluation)["passed"] is None, "fewer than 50 photos"
    with default_storage.open(part["sheet"]) as file, Image.open(file) as sheet:
        assert sheet.height % (4 * measuring.TILE) == 0
    base = f"/admin/ml/evaluation/{evaluation.pk}/photos/0/"
    page = admin_client.get(f"{base}?order=loss").content.decode()
    assert page.count("tile.jpg") == photos.validation
    assert admin_client.get(f"{base}?order=luck").status_code == 404
    sides = {admin_client.get(f"{base}0/{side}.jpg").content for side in pictures.SIDES}
    assert len(sides) == 4
    assert str(version) in admin_client.get(f"{base}0/").content.decode()
    page = f"/admin/ml/evaluation/{evaluation.pk}/blind/"
    shown = {admin_client.get(f"{page}{side}.jpg").content for side in ("left", "right")}
    assert shown == {admin_client.get(f"{base}0/{s}.jpg").content for s in ("ours", "theirs")}
    assert str(version) not in admin_client.get(page).content.decode(), "nobody knows whose"
    answer = admin_client.post(page, {"photo": "0-0", "better": "left"}, follow=True)
    assert "chosen for every photo" in answer.content.decode()
    rate = blind.win_rate(version, evaluation.against)
    assert rate
    assert rate["of"] == 1
    assert Client().get(f"{base}0/ours.jpg").status_code == 302, "for staff"
    assert {part["each"], part["pictures"]} <= orphans.known()


def test_the_reference_set_decides_whole(folder, photos):
    version = networks.version(folder, 1)
    with pytest.raises(DomainError, match="no photos to compare on"):
        evaluations.request(version)
    DataSet.objects.update(is_reference=True)
    [part] = evaluations.request(version).parts
    assert (part["data_set"], part["whole"]) == (str(photos.pk), True)


def test_a_comparison_that_waits_says_so_and_then_what_came_of_it(photos, folder, admin_client):
    DataSet.objects.update(is_reference=True)
    version = networks.version(folder, 1)
    answer = admin_client.post(f"/admin/ml/modelversion/{version.pk}/evaluate/", {"data_set": ""})
    page = f"/admin/ml/modelversion/{version.pk}/change/"
    assert answer.headers["Location"] == page
    assert "as soon as a training worker is free" in admin_client.get(page).content.decode()
    Evaluation.objects.update(state="failed", error=evaluations.BROKE.kept)
    assert "Something broke while measuring" in admin_client.get(page).content.decode()
    evaluation = measured(version)
    text = admin_client.get(page).content.decode()
    assert "Not worse than the version" in text
    assert "Something broke" not in text
    own = admin_client.get(f"/admin/ml/evaluation/{evaluation.pk}/change/").content.decode()
    assert "colorfulness, off by" in own
    assert ">measured<" in own, "its state as text"


def test_a_set_that_went_or_changed_is_reported(folder, photos):
    version = networks.version(folder, 1)
    evaluation = evaluations.request(version, photos)
    DataSet.objects.all().delete()
    evaluations.work()
    evaluation.refresh_from_db()
    assert evaluation.state == "failed"
    assert "no longer there" in evaluation.error_message


def test_a_dead_worker_s_comparison_is_done_by_the_next_and_given_up_after_three(folder, photos):
    evaluation = evaluations.request(networks.version(folder, 1), photos)
    for _attempt in range(3):
        Evaluation.objects.update(state="running", lease_until=Now() - networks.SECOND)
        evaluations.reap()
    evaluation.refresh_from_db()
    assert (evaluation.state, evaluation.error["code"]) == ("failed", "worker_died.evaluation")


def test_a_comparison_that_is_made_can_be_canceled_and_another_is_made(
    folder, photos, admin_client
):
    version = networks.version(folder, 1)
    first, second = (evaluations.request(version, photos) for _ in range(2))

    def cancel_first(*_: object) -> bool:
        if Evaluation.objects.filter(pk=first.pk, state="running").exists():
            assert admin_client.post(f"/api/v1/evaluations/{first.pk}/cancel/").status_code == 200
        return False

    evaluations.work(cancel_first)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("canceled", "ready")
    ended = admin_client.post(f"/api/v1/evaluations/{first.pk}/cancel/")
    assert (ended.status_code, ended.json()["code"]) == (409, "evaluation_ended")


def test_a_worker_that_has_to_end_leaves_its_comparison_to_the_next(folder, photos):
    evaluation = evaluations.request(networks.version(folder, 1), photos)
    evaluations.work(lambda: Evaluation.objects.filter(state="running").exists())
    evaluation.refresh_from_db()
    assert (evaluation.state, evaluation.lease_until) == ("queued", None)


def test_what_is_not_worse_may_go_into_service(folder, admin_user):
    version = networks.version(folder, 1)
    found = measured(version, mean={"mse": 0.00204}, shown={"psnr": 23.9})
    made = promotion.promote(version, by=admin_user)
    assert made.gate["passed"] is True
    assert made.gate["evaluation"] == str(found.pk)


@pytest.mark.parametrize(
    "worse",
    [
        {"mean": {"mse": 0.00205}},
        {"shown": {"psnr": 23.85}},
        {"shown": {"colorfulness_diff": 6.1}},
    ],
)
def test_what_is_worse_in_one_figure_goes_in_only_for_a_reason(folder, worse):
    version = networks.version(folder, 1)
    measured(version, **worse)
    with pytest.raises(DomainError, match="worse than the version in service"):
        promotion.promote(version)
    made = promotion.promote(version, reason="skin tones are better")
    assert (made.gate["passed"], made.reason) == (False, "skin tones are better")
    assert sum(not line["passed"] for line in made.gate["lines"]) == 1


def test_a_comparison_on_few_photos_needs_a_reason(folder):
    version = networks.version(folder, 1)
    measured(version, photos=49)
    with pytest.raises(DomainError, match="on 49 photos, and the gate needs 50"):
        promotion.promote(version)


def test_a_comparison_with_another_version_does_not_count(folder):
    first, second = networks.version(folder, 1), networks.version(folder, 2)
    measured(second)
    networks.put_in_service(first)
    with pytest.raises(DomainError, match="has not been compared"):
        promotion.promote(second)
    assert Promotion.objects.count() == 1


def test_each_rule_says_the_worst_that_passes(folder):
    lines = gate.lines(measured(networks.version(folder, 1)))
    assert {line.metric: line.worst for line in lines} == {
        "mean.mse": 0.00204,
        "shown.psnr": 23.9,
        "shown.colorfulness_diff": 6.0,
    }


def test_only_one_set_is_the_reference(photos, admin_client):
    other = DataSet.objects.create(name="other", kind="upload", state="ready", is_reference=True)
    page = "/admin/ml/modelversion/reference/"
    admin_client.post(page, {"data_set": str(photos.pk)})
    assert list(DataSet.objects.filter(is_reference=True)) == [photos]
    admin_client.post(page, {"data_set": ""})
    assert not DataSet.objects.filter(is_reference=True).exists()
    assert other.pk
