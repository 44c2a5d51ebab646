"""The scheduler's tasks: apps register theirs, and `celery beat` finds them all."""

from collections.abc import Mapping

from celery import current_app


def register(tasks: Mapping[str, tuple[int, str]]) -> None:
    """Adds tasks by name, each with its interval in seconds and its path; for `AppConfig.ready`.

    A message that finds no worker expires before the next one is due.
    """
    current_app.conf.beat_schedule |= {
        name: {
            "task": path,
            "schedule": seconds,
            "options": {"expires": seconds - 1 if seconds <= 10 else seconds // 2},
        }
        for name, (seconds, path) in tasks.items()
    }
