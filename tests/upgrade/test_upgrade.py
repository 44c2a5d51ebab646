"""An installation of version 0.1 is upgraded without losing a picture, a row or a permission."""

import uuid
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.apps import apps
from django.apps.registry import Apps
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection
from django.utils import timezone, translation

from colorweb.accounts.models import User
from jobs.models import Batch, Job, Photo, Rendition, Report, ShareLink
from ml.models import DataSet, Evaluation, ModelVersion, RunPoint, TrainingRun
from tests.upgrade import old_site

pytestmark = pytest.mark.django_db

CHECK = {"mse": 0.003, "of_grey": 0.7, "mean": {"mse": 0.003}}
CHECK_TODAY = {"mse": 0.003, "of_gray": 0.7, "mean": {"mse": 0.003}}
NO_PHOTOS = (
    "None of the %(photos)d photos can be learnt from: %(broken)d broken, "
    "%(grey)d without colour, %(small)d too small."
)
DIED = "The worker stopped three times while colouring this photo. Try a smaller copy of it."
NARROW = (
    "The photo is 4000 x 20 pixels; its long side may be at most 20 times its short side. "
    "Cut it into pieces."
)
SENTENCES = [
    ("worker_died", DIED, {}),
    ("took_too_long", "Colouring took too long. Try a smaller copy of the photo.", {}),
    ("internal_error", "Something broke on our side while colouring. Please try again.", {}),
    ("too_narrow", NARROW, {"width": "4000", "height": "20", "limit": "20"}),
]


class Site:
    """The rows of version 0.1, by what a test looks for."""

    def __init__(self, old: Apps) -> None:
        get = old.get_model
        self.ada = get("accounts", "User").objects.create(email="ada@example.org").pk
        self.photo, self.job = old_site.colored_photo(old, self.ada, hidden_for="offence")
        get("jobs", "Job").objects.filter(pk=self.job).update(stage="colouring")
        reports: Any = get("jobs", "Report").objects
        reports.create(photo_id=self.photo, visitor="guest-1", reason="offence")
        self.shown = self._photos_that_others_see(old)
        options = {"size": 128, "vividness": 1.0}
        get("jobs", "Batch").objects.create(queue_owner="user:1", wishes=options)
        self.failed = [
            old_site.failed_job(old, error_code=code, error_message=sentence).pk
            for code, sentence, _ in SENTENCES
        ]
        self.unknown = old_site.failed_job(
            old, error_code="internal_error", error_message="The cat sat on it."
        ).pk
        get("jobs", "Rendition").objects.create(
            job=old_site.failed_job(old, state="succeeded"),
            format="png",
            vividness=1,
            long_side=0,
            state="failed",
            error_code="worker_died",
            error_message="The worker stopped three times while making this file.",
            wanted_at=timezone.now(),
        )
        self._rows_of_training(old)

    def _photos_that_others_see(self, old: Apps) -> dict[uuid.UUID, tuple[uuid.UUID | None, float]]:
        """Photos colored twice or not yet; the version and vividness that others see of each."""
        get = old.get_model
        grace = get("accounts", "User").objects.create(email="grace@example.org").pk
        jobs: Any = get("jobs", "Job").objects
        shown: dict[uuid.UUID, tuple[uuid.UUID | None, float]] = {}
        for kind in ("published", "shared", "private", "waiting"):
            photo_id, first = old_site.colored_photo(old, grace)
            jobs.filter(pk=first).update(vividness=1.5)
            if kind == "waiting":
                jobs.filter(pk=first).update(state="queued", size=128)
                shown[photo_id] = (None, 1.5)
                continue
            newer = jobs.get(pk=first)
            newer.pk, newer.vividness = uuid.uuid4(), 0.5
            newer.save(force_insert=True)
            if kind == "published":
                photos = get("jobs", "Photo").objects.filter(pk=photo_id)
                photos.update(published_job=first, visibility="public", published_at=timezone.now())
            if kind == "shared":
                get("jobs", "ShareLink").objects.create(token="t", job_id=first)
            shown[photo_id] = (newer.pk, 0.5) if kind == "private" else (first, 1.5)
        return shown

    def _rows_of_training(self, old: Apps) -> None:
        versions, sets, runs, evaluations = (
            old.get_model("ml", name).objects
            for name in ("ModelVersion", "DataSet", "TrainingRun", "Evaluation")
        )
        run = runs.create(
            name="Old",
            preset="best",
            served={"model": "ours@1", **CHECK},
            error=old_site.kept_error("gone", "Gone: %(why)s", why="rain"),
        )
        run.points.create(kind="check", step=3, epoch=1.0, values=CHECK)
        version = versions.create(
            name="ours",
            sha256="0" * 64,
            bytes=1,
            architecture="resnet-gray",
            card={"name": "ours", "licence": "MIT", "metrics": CHECK},
            metrics=CHECK,
        )
        evaluations.create(
            version=version,
            against=version,
            error=old_site.kept_error(
                "model_unavailable", "The weights cannot be read: %(why)s", why="moths"
            ),
        )
        sets.create(
            name="Old",
            kind="upload",
            report={"photos": 2, "grey": 1, "named": {"grey": [["grey.jpg", ""]]}},
            error=old_site.kept_error("no_photos", NO_PHOTOS, photos=3, broken=1, grey=2, small=0),
        )


def tables() -> dict[str, Any]:
    """Every table's columns, indexes and constraints, without the names that a database makes."""
    with connection.cursor() as cursor:
        inspect = connection.introspection
        return {
            table: (
                sorted(
                    (column.name, column.type_code, column.null_ok)
                    for column in inspect.get_table_description(cursor, table)
                ),
                sorted(
                    (
                        sorted(about["columns"] or ()),
                        about["unique"],
                        about["check"],
                        about["index"],
                    )
                    for about in inspect.get_constraints(cursor, table).values()
                ),
            )
            for table in inspect.table_names(cursor)
        }


@pytest.fixture(scope="module")
def new_tables(django_db_setup: None, django_db_blocker: Any) -> dict[str, Any]:
    """The tables of a new installation."""
    with django_db_blocker.unblock():
        return tables()


@pytest.fixture(scope="module")
def site(new_tables: dict[str, Any], django_db_blocker: Any) -> Iterator[Site]:
    """What was an installation of version 0.1 before today's migrations."""
    with django_db_blocker.unblock():
        site = Site(old_site.models())
        call_command("migrate", verbosity=0)
        yield site
        call_command("flush", interactive=False, verbosity=0)


async def pieces(answer: Any) -> list[bytes]:
    """What a streamed answer holds."""
    return [piece async for piece in answer.streaming_content]


def test_an_upgrade_ends_with_the_tables_of_a_new_installation(new_tables, site):
    assert tables() == new_tables


def test_every_picture_opens(site, client):
    old_site.write_files(site.photo, site.job)
    client.force_login(User.objects.get(pk=site.ada))
    answer = client.get(f"/api/v1/jobs/{site.job}/").json()
    for kind in (*old_site.OF_PHOTO, *old_site.OF_RESULT):
        file = client.get(answer["urls"][kind])
        assert file.status_code == 200
        assert b"".join(async_to_sync(pieces)(file)) == old_site.picture(kind)
    photo = Photo.objects.get(pk=site.photo)
    assert photo.has_color
    assert photo.colored_by == "resnet-gray-unet"


@pytest.mark.parametrize(
    ("old", "new"), [("grey", "gray"), ("colours", "colors"), ("grey_card", "gray_card")]
)
def test_old_addresses_of_pictures_lead_to_the_new_ones(site, client, old, new):
    client.force_login(User.objects.get(pk=site.ada))
    moved = client.get(f"/files/{site.job}/{old}?download")
    assert moved.status_code == 301
    assert moved["Location"] == f"/files/{site.job}/{new}?download="


def test_old_times_and_stages_are_shown_by_their_new_names(site, client):
    client.force_login(User.objects.get(pk=site.ada))
    assert Job.objects.get(pk=site.job).stage == "colorizing"
    answer = client.get(f"/api/v1/jobs/{site.job}/").json()
    assert answer["timings"]["colorizing_ms"] == 22


def test_old_reports_and_hidden_photos_keep_their_reason(site):
    photo = Photo.objects.get(pk=site.photo)
    assert photo.get_hidden_for_display() == "violence, nudity or hate"
    assert Report.objects.get().get_reason_display() == "violence, nudity or hate"


@pytest.mark.parametrize("new_row_is_there", [False, True])
def test_who_might_steer_the_queue_may_manage_it(new_row_is_there):
    permissions: Any = Permission.objects
    queue = ContentType.objects.get(app_label="jobs", model="queue").pk
    if not new_row_is_there:
        permissions.get(content_type_id=queue, codename="manage_queue").delete()
    steer = permissions.create(content_type_id=queue, codename="steer")
    ada, grace = (User.objects.create_user(f"{name}@example.net") for name in ("ada", "grace"))
    ada.user_permissions.add(steer)
    helpers = Group.objects.create(name="Helpers")
    helpers.permissions.add(steer)
    grace.groups.add(helpers)
    migration = import_module("jobs.migrations.0021_manage_queue")
    migration.forwards(apps, connection.schema_editor())
    for user in User.objects.filter(pk__in=[ada.pk, grace.pk]):
        assert user.has_perm("jobs.manage_queue")
    assert not permissions.filter(codename="steer").exists()


def test_what_others_see_of_an_old_photo_stays_what_it_was(site, client):
    """The version is the published job, else the last shared one, else the newest result."""
    found = {
        photo.pk: (photo.version_id, photo.vividness)
        for photo in Photo.objects.filter(pk__in=site.shown)
    }
    assert found == site.shown
    assert Job.objects.get(state="queued").network_size == 128
    assert Batch.objects.get().options == {"network_size": 128, "vividness": 1.0}
    shared = ShareLink.objects.select_related("photo").get()
    assert shared.photo is not None
    assert shared.photo.version_id is not None
    old_site.write_files(shared.photo.pk, shared.photo.version_id)
    assert client.get("/s/t/").status_code == 200
    assert client.get(f"/files/{shared.photo.version_id}/preview").status_code == 200


@pytest.mark.parametrize("number", range(len(SENTENCES)))
def test_a_kept_sentence_becomes_its_code_and_reads_in_both_languages(site, number):
    job, (code, sentence, params) = Job.objects.get(pk=site.failed[number]), SENTENCES[number]
    assert (job.error_code, job.error_params, job.error_message) == (code, params, "")
    assert job.error_text == sentence.replace("olouring", "oloring")
    with translation.override("ru"):
        assert not job.error_text.isascii()


def test_a_sentence_that_no_code_stands_for_is_shown_as_it_is(site):
    job = Job.objects.get(pk=site.unknown)
    assert (job.error_text, job.error_code) == ("The cat sat on it.", "internal_error")


def test_a_rendition_keeps_its_own_text(site):
    assert Rendition.objects.get().error_code == "worker_died.file"
    assert Rendition.objects.get().error_text.endswith("while making this file.")


def test_errors_of_data_sets_runs_and_evaluations_stay(site):
    data_set, evaluation = DataSet.objects.get(), Evaluation.objects.get()
    assert TrainingRun.objects.get().error_message == "Gone: rain"
    assert evaluation.error == {"code": "model_unavailable.weights", "params": {"reason": "moths"}}
    assert "moths" in evaluation.error_message
    assert data_set.error_message == (
        "None of the 3 photos can be used for training: 1 broken, 2 without color, 0 too small."
    )
    with translation.override("ru"):
        assert "3" in data_set.error_message
        assert "photos" not in data_set.error_message


def test_curves_cards_and_reports_of_training_stay(site):
    assert RunPoint.objects.get().values == CHECK_TODAY
    assert TrainingRun.objects.get().baseline == {"model": "ours@1", **CHECK_TODAY}
    version, data_set = ModelVersion.objects.get(), DataSet.objects.get()
    assert version.card == {"name": "ours", "license": "MIT", "metrics": CHECK_TODAY}
    assert version.metrics == CHECK_TODAY
    assert data_set.report == {"photos": 2, "gray": 1, "named": {"gray": [["grey.jpg", ""]]}}
