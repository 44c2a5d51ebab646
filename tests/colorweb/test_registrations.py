"""Apps register what they add to the site; the scheduler knows every task that it names."""

from django.conf import settings

from colorweb import scheduler
from colorweb.celery import app
from colorweb.http import body_limit


def test_every_scheduled_task_exists_and_gives_way_to_the_next():
    app.loader.import_default_modules()
    for entry in scheduler.entries().values():
        assert entry["task"] in app.tasks
        assert 0 < entry["options"]["expires"] < entry["schedule"]


def test_what_has_to_be_done_again_and_again_is_scheduled():
    app.loader.import_default_modules()
    found = {
        task for task in app.tasks if task.split(".")[-1].startswith(("sweep", "reap", "expire"))
    }
    assert found <= {path for _seconds, path in scheduler.TASKS.values()}


def test_paths_of_apps_have_limits_of_their_own():
    photo = settings.UPLOAD_MAX_BYTES + body_limit.FORM_OVERHEAD
    assert body_limit.limit_for("/api/v1/jobs/") == photo
    assert body_limit.limit_for("/api/v1/batches/") == settings.REQUEST_MAX_BYTES
    assert body_limit.limit_for("/") == settings.REQUEST_MAX_BYTES
