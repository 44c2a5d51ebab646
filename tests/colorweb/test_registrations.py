"""Apps register what they add to the site; the scheduler and the API find all of it."""

import subprocess
import sys

from django.conf import settings

from colorweb import celery_app
from colorweb.http import body_limit

BEAT = """
from celery.beat import Scheduler
from colorweb import celery_app
celery_app.loader.init_worker()
celery_app.finalize()
print(*sorted(Scheduler(celery_app, lazy=False).schedule))
"""


def test_every_scheduled_task_exists_and_gives_way_to_the_next():
    celery_app.loader.import_default_modules()
    entries = celery_app.conf.beat_schedule
    assert {"reap", "reap-training", "delete-sessions", "sweep-files"} <= set(entries)
    for entry in entries.values():
        assert entry["task"] in celery_app.tasks
        assert 0 < entry["options"]["expires"] < entry["schedule"]


def test_the_scheduler_of_a_fresh_process_knows_every_task():
    beat = subprocess.run(
        [sys.executable, "-c", BEAT],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(celery_app.conf.beat_schedule) <= set(beat.stdout.split())


def test_paths_of_apps_have_limits_of_their_own():
    photo = settings.UPLOAD_MAX_BYTES + body_limit.FORM_OVERHEAD
    assert body_limit.limit_for("/api/v1/jobs/") == photo
    assert body_limit.limit_for("/api/v1/batches/") == settings.REQUEST_MAX_BYTES
    assert body_limit.limit_for("/") == settings.REQUEST_MAX_BYTES
