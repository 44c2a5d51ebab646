"""The processes that color, and how they are killed."""

from __future__ import annotations

import os
import signal

from colorweb.testing.stack import Stack

RECOVERED = 180  # seconds; 30 on a quiet machine: a lease, the reaper, loading the network


def state_of(stack: Stack, job: str) -> tuple[str, int, str]:
    """State, attempt and worker of a job."""
    [(_, state, attempt, worker)] = [
        row
        for row in stack.rows("SELECT id, state, attempt, worker FROM jobs_job")
        if str(row[0]).replace("-", "") == job.replace("-", "")
    ]
    return state, attempt, worker


def kill_child(stack: Stack, worker: str) -> None:
    os.kill(int(worker.rpartition("-")[2]), signal.SIGKILL)
