"""`python -m colorweb.scheduler`: says what is to be done again and again; `default` workers do it.

It sends names of tasks and loads none of them, so it needs none of the site's apps: half the memory
of a process that has them.
"""

import logging.config
import os
from typing import Any

from celery import Celery
from celery.signals import after_task_publish

from colorweb import machines, runtime

TASKS = {
    "reap": (5, "jobs.tasks.reap"),
    "reap-training": (5, "ml.tasks.reap"),
    "send-mail": (5, "colorweb.accounts.tasks.send_mail"),
    "send-webhooks": (5, "jobs.tasks.send_webhooks"),
    "unpack": (10, "jobs.tasks.unpack"),
    "make-room": (60, "jobs.tasks.make_room"),
    "expire-guests": (600, "jobs.tasks.expire_guests"),
    "delete-sessions": (3600, "colorweb.accounts.tasks.delete_sessions"),
    "expire-trash": (3600, "jobs.tasks.expire_trash"),
    "sweep-batches": (3600, "jobs.tasks.sweep_batches"),
    "sweep-files": (3600, "jobs.tasks.sweep_files"),
    "sweep-keys": (3600, "jobs.tasks.sweep_keys"),
    "sweep-mail": (3600, "colorweb.accounts.tasks.sweep_mail"),
    "sweep-renditions": (3600, "jobs.tasks.sweep_renditions"),
    "sweep-share-links": (3600, "jobs.tasks.sweep_share_links"),
    "sweep-training": (3600, "ml.tasks.sweep"),
    "sweep-usage": (3600, "jobs.tasks.sweep_usage"),
    "sweep-webhooks": (3600, "jobs.tasks.sweep_webhooks"),
}
"""By name: every how many seconds, and the task's path."""


def entries() -> dict[str, dict[str, Any]]:
    """The schedule as Celery wants it. A message that finds no worker expires before the next one
    is due."""
    return {
        name: {
            "task": path,
            "schedule": seconds,
            "options": {"expires": seconds - 1 if seconds <= 10 else seconds // 2},
        }
        for name, (seconds, path) in TASKS.items()
    }


def main() -> None:
    """Runs until it is stopped."""
    machines.check_or_exit("beat")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "colorweb.settings")
    app = Celery("colorweb", fixups=[])  # Celery's would load all apps
    app.config_from_object("django.conf:settings", namespace="CELERY")
    app.conf.beat_schedule = entries()
    from django.conf import settings  # noqa: PLC0415 - reads the environment, which is checked now

    from colorweb import error_reports  # noqa: PLC0415
    from colorweb.health import heartbeats  # noqa: PLC0415

    logging.config.dictConfig(settings.LOGGING)
    error_reports.start()

    def show(**_signal: Any) -> None:
        heartbeats.beat("scheduler")  # it is alive as long as it publishes

    after_task_publish.connect(show)
    app.Beat(schedule=str(runtime.run_dir() / "beat"), loglevel="INFO").run()


if __name__ == "__main__":
    main()
