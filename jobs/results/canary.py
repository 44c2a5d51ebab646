"""The part of the photos that a new version colors, as a worker deals with it.

A photo never suffers from it: where the canary cannot color one, the version in service does.
"""

import logging
from collections.abc import Callable

from colorweb.errors import DomainError
from jobs.results.task import Task
from ml.versions import canary
from ml.versions.serving import Network, Networks

log = logging.getLogger(__name__)


def equip(tasks: list[Task], networks: Networks) -> None:
    """Give the canary's network to those tasks whose owners it was chosen for.

    A photo that has cost a worker gets the version in service, and counts as the canary's failure.
    """
    trial = canary.trial()
    if trial is None:
        return
    for task in tasks:
        task.trial = trial
        mended = task.job.hints and not trial.version.takes_hints
        if mended or not trial.chooses(task.job.photo.visitor_key):
            continue
        task.on_canary = True
        if task.job.crash_count:
            leave(task, task.network)
            continue
        try:
            task.network = networks.get(str(trial.version))
        except DomainError:
            log.warning("The canary could not be loaded.", exc_info=True)
            leave(task, task.network)


def color(task: Task, predict: Callable[[list[Task]], None], in_service: Network) -> None:
    """Find a photo's colors; with the version in service if the canary fails."""
    try:
        predict([task])
    except Exception:
        if not task.on_canary:
            raise
        log.warning("The canary failed on job %s.", task.job.pk, exc_info=True)
        leave(task, in_service)
        predict([task])


def leave(task: Task, network: Network) -> None:
    """Report that the canary has failed on a task, and give the task another network."""
    task.report_outcome(failed=True)
    task.on_canary, task.network = False, network
