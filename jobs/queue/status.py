"""The status of queue and workers, in figures: for the console, the API and `manage.py queue`.

Every query reads an index over what it asks for, and no more than a day of it: it stays quick
however many jobs there were.
"""

import shutil
from datetime import datetime, timedelta
from statistics import median
from typing import Any

import redis
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db.models import Min
from django.utils import timezone

from colorweb.health import texts, workers
from jobs.models import Check, Job, State
from jobs.queue import control
from ml.models import TrainingRun
from ml.versions import registry

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SAMPLE = 500  # jobs; waits are those of the newest so many


def status() -> dict[str, Any]:
    """What `QueueStatusSerializer` shows."""
    return {
        "queue": waiting(),
        "workers": at_work(),
        "model": in_service(),
        "last_hour": throughput(HOUR),
        "last_day": throughput(DAY, sum(count for _, count in hours())),
        "training": last_training(),
        "storage": free_disk(),
        "check": last_check(),
    }


def waiting() -> dict[str, Any]:
    """The queue now; `oldest_seconds` is how long the longest has waited."""
    row = control.state()
    queued = Job.objects.filter(state=State.QUEUED)
    oldest = queued.aggregate(oldest=Min("created_at"))["oldest"]
    return {
        "paused": row.paused,
        "paused_at": row.paused_at,
        "paused_by": row.paused_by.email if row.paused_by else None,
        "waiting": queued.count(),
        "running": Job.objects.filter(state=State.RUNNING).count(),
        "oldest_seconds": round((timezone.now() - oldest).total_seconds(), 1) if oldest else None,
    }


def at_work() -> list[dict[str, Any]]:
    """The processes that color, by their heartbeats; none if the broker is unavailable."""
    try:
        alive = workers.alive()
    except redis.RedisError:
        return []
    serving = registry.current().version
    return [
        {
            "name": name,
            "device": about.get("device"),
            "model": about.get("model"),
            "version": about.get("version"),
            "current": about.get("version") == serving,
            "jobs": about.get("jobs", 0),
            "memory": about.get("memory"),
            "gpu_memory": about.get("gpu_memory"),
            "problem": texts.describe(about.get("unfit", "")) or about.get("problem", ""),
        }
        for name, about in alive.items()
    ]


def in_service() -> dict[str, Any]:
    """The version that colors, and since when."""
    version = registry.current()
    known = registry.last_promotion()
    return {
        "name": version.name,
        "version": version.version,
        "since": (known.ended_at or known.created_at) if known else None,
        "by": known.by.email if known and known.by else None,
    }


def throughput(window: timedelta, succeeded: int | None = None) -> dict[str, Any]:
    """What was done within a window; seconds of waiting and of work of the newest few hundred."""
    since = timezone.now() - window
    done = Job.objects.filter(state=State.SUCCEEDED, finished_at__gt=since)
    newest = done.order_by("-finished_at").values_list("created_at", "started_at", "finished_at")
    times = [(c, s, f) for c, s, f in newest[:SAMPLE] if s and f]
    waits = sorted((started - created).total_seconds() for created, started, _ in times)
    works = [(finished - started).total_seconds() for _, started, finished in times]
    return {
        "succeeded": done.count() if succeeded is None else succeeded,
        "failed": Job.objects.filter(state=State.FAILED, finished_at__gt=since).count(),
        "wait_median": round(median(waits), 2) if waits else None,
        "wait_p95": round(waits[int(0.95 * (len(waits) - 1))], 2) if waits else None,
        "work_median": round(median(works), 2) if works else None,
    }


def hours() -> list[tuple[datetime, int]]:
    """Photos colored in this hour and in the 23 before it, the oldest first, with when it began.

    What is over does not change: those hours are counted once and kept in the cache.
    """
    this = timezone.now().replace(minute=0, second=0, microsecond=0)
    begins = [this - HOUR * back for back in range(23, -1, -1)]
    keys = {f"colored:{begin:%Y%m%d%H}": begin for begin in begins}
    known = cache.get_many(list(keys))
    counted = {key: _colored(begin) for key, begin in keys.items() if key not in known}
    over = {key: count for key, count in counted.items() if keys[key] != this}
    cache.set_many(over, timeout=DAY.total_seconds())
    return [(begin, (known | counted)[key]) for key, begin in keys.items()]


def _colored(begin: datetime) -> int:
    done = Job.objects.filter(state=State.SUCCEEDED)
    return done.filter(finished_at__gte=begin, finished_at__lt=begin + HOUR).count()


def free_disk() -> dict[str, int] | None:
    """Bytes on the disk that holds the files; None where storage is not a disk of this machine."""
    try:
        disk = shutil.disk_usage(default_storage.path(""))
    except (NotImplementedError, FileNotFoundError):
        return None
    return {"free": disk.free, "total": disk.total}


def last_training() -> TrainingRun | None:
    """The training run that was queued last."""
    return TrainingRun.objects.order_by("-queued_at").first()


def last_check() -> Check | None:
    """The last comparison of files and rows."""
    return Check.objects.first()
