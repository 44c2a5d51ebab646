"""What comparing versions promises, and the gate that hangs on it."""

import io
import tarfile

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models.functions import Now
from PIL import Image

from colorweb.errors import DomainError
from ml.datasets import check, manage
from ml.models import DataSet, Evaluation, Promotion, TrainingRun
from ml.versions import evaluations, gate, promotion
from tests.ml import networks
from tests.ml.comparisons import measured
from tests.ml.files import colorful, encoded

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def folder(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MODEL_CACHE = tmp_path / "cache"
    return tmp_path


@pytest.fixture
def photos() -> DataSet:
    """A checked set of twelve color photos."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for number in range(12):
            pixels = (
                colorful(96 + 8 * number, 64)[:, ::-1]
                if number % 2
                else colorful(97 + 8 * number, 64)
            )
            content = encoded(pixels, "PNG").read()
            member = tarfile.TarInfo(f"{number}.png")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    found = manage.add("upload", "twelve", file=ContentFile(buffer.getvalue(), "photos.tar"))
    check.work()
    found.refresh_from_db()
    assert found.state == "ready", found.error
    return found


def test_two_versions_are_measured_on_the_same_photos_with_pictures(folder, photos, monkeypatch):
    monkeypatch.setenv("COLORWEB_MODEL", str(networks.file(folder, seed=0, name="first")))
    version = networks.version(folder, 1)
    evaluation = evaluations.request(version, photos)
    evaluations.work()
    evaluation.refresh_from_db()
    assert evaluation.state == "ready", evaluation.error
    [part] = evaluation.parts
    assert part["ours"]["photos"] == part["theirs"]["photos"] == photos.validation
    assert part["ours"]["shown"] != part["theirs"]["shown"]
    with default_storage.open(part["sheet"]) as file, Image.open(file) as sheet:
        assert sheet.height % (4 * evaluations.TILE) == 0


def test_the_reference_set_decides_whole(folder, photos):
    version = networks.version(folder, 1)
    with pytest.raises(DomainError, match="no photos to compare on"):
        evaluations.request(version)
    DataSet.objects.update(is_reference=True)
    [part] = evaluations.request(version).parts
    assert (part["data_set"], part["whole"]) == (str(photos.pk), True)


def test_a_comparison_that_waits_says_for_which_run_and_then_what_came_of_it(
    photos, folder, admin_client
):
    DataSet.objects.update(is_reference=True)
    version = networks.version(folder, 1)
    answer = admin_client.post(f"/admin/ml/modelversion/{version.pk}/evaluate/", {"data_set": ""})
    page = f"/admin/ml/modelversion/{version.pk}/change/"
    assert answer.headers["Location"] == page
    assert "as soon as a training worker is free" in admin_client.get(page).content.decode()
    run = TrainingRun.objects.create(name="<Cars>", preset="best", state="running", progress=0.4)
    text = admin_client.get(page).content.decode()
    assert f'/admin/ml/trainingrun/{run.pk}/change/">&lt;Cars&gt;</a>, 40% done' in text
    Evaluation.objects.update(state="failed", error=evaluations.BROKE.kept)
    assert "Something broke while measuring" in admin_client.get(page).content.decode()
    evaluation = measured(version)
    text = admin_client.get(page).content.decode()
    assert "Not worse than the version" in text
    assert "Something broke" not in text
    own = admin_client.get(f"/admin/ml/evaluation/{evaluation.pk}/change/").content.decode()
    assert "shown.colorfulness_diff" in own
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


def test_a_comparison_with_another_version_does_not_count(folder):
    first, second = networks.version(folder, 1), networks.version(folder, 2)
    measured(second)
    promotion.promote(first, reason="a test")
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
