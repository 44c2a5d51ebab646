"""Celery's entry points: each wakes a function that could be called from a shell."""

import time

from celery import shared_task
from django.conf import settings

from colorweb import clock, free_space
from colorweb.accounts import installation
from colorweb.health import heartbeats
from jobs.photos import batch_ends, batches, consistency, idempotency, ownership, trash, unpacking
from jobs.queue import claims, usage
from jobs.results import archives, renditions
from jobs.sharing import links
from jobs.storage import orphans
from jobs.webhooks import sending
from ml.versions import checks

WAKEFUL_SECONDS = 2.0
"""Less than anybody notices who stops a worker."""
WAKEFUL_ON_GPU = 10.0
"""Half of what a worker has to stop: at the end of each the GPU waits for the last files."""


@shared_task(time_limit=settings.COLORIZE_TASK_LIMIT, ignore_result=True)
def colorize() -> None:
    """A wake-up: color whatever is next in the queue, then make one rendition; and again for a
    while, since a wake-up costs more than a claim.

    Any wake-up does both, so neither waits behind more than one claim of the other.
    """
    # A network, in the processes that color only.
    from jobs.results.overlap import overlapping  # noqa: PLC0415
    from jobs.results.worker import Worker  # noqa: PLC0415

    checks.work_beside()
    worker = Worker.here()
    ends = time.monotonic() + (WAKEFUL_ON_GPU if worker.on_gpu else WAKEFUL_SECONDS)
    with overlapping(worker) as work:
        while work() + worker.render() and time.monotonic() < ends:
            pass


@shared_task(ignore_result=True)
def reap() -> None:
    """Requeue what dead workers left, and see which batches have ended."""
    renditions.reap()
    claims.reap()
    archives.reap()
    sending.reap()
    unpacking.reap()
    batch_ends.finish()
    ownership.complete_jobs()
    consistency.reap()
    heartbeats.beat("reaper", seconds=30)


@shared_task(ignore_result=True)
def make_archives() -> None:
    """A wake-up: make the zips that wait."""
    archives.make_all()


@shared_task(ignore_result=True)
@clock.sweep
def sweep_files() -> None:
    """Delete files that no row knows, and zips whose day is over."""
    installation.check()  # in another installation's storage no row knows a file
    orphans.sweep()
    archives.expire()


@shared_task(ignore_result=True)
@clock.sweep
def sweep_renditions() -> None:
    """Delete renditions that nobody has requested in days."""
    renditions.sweep()


@shared_task(ignore_result=True)
@clock.sweep
def expire_guests() -> None:
    """Delete guests' photos older than `GUEST_RETENTION`."""
    ownership.expire_guests()


@shared_task(ignore_result=True)
@clock.sweep
def expire_trash() -> None:
    """Delete for good what has lain in the trash for its time."""
    trash.expire()


@shared_task(ignore_result=True)
def send_webhooks() -> None:
    """Send the webhooks that are due."""
    sending.send_due()


@shared_task(ignore_result=True)
@clock.sweep
def sweep_webhooks() -> None:
    """Delete old deliveries."""
    sending.sweep()


@shared_task(ignore_result=True)
def unpack() -> None:
    """Make jobs of the photos in zips."""
    unpacking.unpack()


@shared_task(ignore_result=True)
@clock.sweep
def sweep_batches() -> None:
    """Delete old batches, and zips that no row knows."""
    batches.sweep()


@shared_task(ignore_result=True)
@clock.sweep
def sweep_share_links() -> None:
    """Delete expired links."""
    links.sweep()


@shared_task(ignore_result=True)
@clock.sweep
def sweep_keys() -> None:
    """Delete yesterday's idempotency keys."""
    idempotency.sweep()


@shared_task(ignore_result=True)
@clock.sweep
def sweep_usage() -> None:
    """Delete what quotas no longer count."""
    usage.sweep()


@shared_task(ignore_result=True)
@clock.sweep
def make_room() -> None:
    """Delete what can be spared as soon as a disk is nearly full; the sweeps come hourly else."""
    if not free_space.is_short():
        return
    installation.check()
    archives.expire()
    ownership.expire_guests()
    trash.expire()
    batches.sweep()
    orphans.sweep(orphans.SHARDS)
    renditions.sweep(renditions.FRESH)


@shared_task(ignore_result=True)
def check_files() -> None:
    """A wake-up: compare files and rows, if that was requested."""
    consistency.work()
