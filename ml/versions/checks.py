"""The check of a version before it colors anybody's photo: it has to color the sample photos.

A process that colors does it, in a child process, beside its photos: a network that crashes or
fills the memory ends only its own check.
"""

import json
import logging
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from colorweb import leases
from colorweb.errors import DomainError
from colorweb.health import fitness
from ml import wakeups
from ml.models import Promotion
from ml.resnet_gray.network import engines
from ml.versions import promotion, registry

log = logging.getLogger(__name__)
State = Promotion.State

SAMPLES = sorted((Path(__file__).parent / "samples").glob("*.jpg"))
TIMEOUT = 300  # seconds
WORKER_DIED = DomainError("check_failed.worker_died")
_working = threading.Lock()


def waiting() -> bool:
    """Whether a version waits to be checked."""
    return Promotion.objects.filter(state=State.CHECKING, lease_until=None).exists()


def work_beside() -> None:
    """Check what waits from a thread of its own, unless one is at it in this process."""
    if waiting() and not _working.locked():
        threading.Thread(target=_work_in_thread, name="check-version", daemon=True).start()


def _work_in_thread() -> None:
    try:
        work()
    except Exception:
        log.exception("A version was not checked; the reaper will see to it.")
    finally:
        connection.close()


def can_work() -> bool:
    """Whether this machine has what a network needs; an image for pages alone has not."""
    return engines.available()


def work() -> None:
    """Check whatever waits, one after another."""
    with _working:
        rows = Promotion.objects.filter(state=State.CHECKING).order_by("id")
        while found := leases.claim_one(rows, worker=leases.worker_name()):
            with leases.renewing(found):
                _check(found)


def reap() -> None:
    """Requeue the checks of dead workers; wake a worker for what waits."""
    leases.requeue(
        Promotion.objects.filter(state=State.CHECKING),
        give_up=lambda found: promotion.refuse(found, WORKER_DIED, {}),
    )
    if waiting():
        wakeups.CHECK_VERSION.publish()


def _check(found: Promotion) -> None:
    try:
        result = color_samples(registry.local_file(found.version))
        if problem := result["problem"]:
            promotion.refuse(found, error_of(problem, result), result)
        else:
            promotion.try_out(found, result)
    except registry.WeightsUnavailable as error:
        promotion.refuse(found, error, {})
    except DomainError as error:
        log.info("Promotion %s was decided elsewhere: %s", found.pk, error)
    except Exception as error:
        if fitness.is_own_failure(error):
            leases.put_back(found)
            return
        log.exception("The check of %s broke.", found)
        promotion.refuse(found, error_of("failing", {"why": type(error).__name__}), {})


def error_of(problem: str, result: dict[str, Any]) -> DomainError:
    """What a check's finding means for people."""
    why = result.get("why", "")
    return DomainError(f"check_failed.{problem}", photo=result.get("photo") or "–", why=why)


def color_samples(weights: Path) -> dict[str, Any]:
    """What coloring the sample photos showed, as `ml.resnet_gray.evaluation.sanity` says it."""
    module = "ml.resnet_gray.evaluation.sanity"
    command = ["nice", "-n", "10", sys.executable, "-m", module, *map(str, [weights, *SAMPLES])]
    try:
        run = subprocess.run(  # noqa: S603
            command,
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT,
        )
        return dict(json.loads(run.stdout))
    except subprocess.TimeoutExpired:
        return {"problem": "failing", "why": f"no end within {TIMEOUT} s"}
    except ValueError:
        lines = run.stderr.strip().splitlines() or [f"status {run.returncode}"]
        return {"problem": "failing", "why": lines[-1][:300]}
