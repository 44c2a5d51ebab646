"""What is wrong with a part of the site, in sentences for its operator."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

PARTS: Mapping[str, str | Promise] = {
    "database": gettext_lazy("Database"),
    "broker": gettext_lazy("Broker"),
    "storage": gettext_lazy("Photo storage"),
    "disk": gettext_lazy("Disks of the web process"),
    "clock": gettext_lazy("Clocks"),
    "reaper": gettext_lazy("Recovery of lost work"),
    "scheduler": gettext_lazy("Scheduler"),
    "default": gettext_lazy("Default workers"),
    "gpu": gettext_lazy("Workers that color"),
    "mail": gettext_lazy("Mail"),
    "training": gettext_lazy("Training workers"),
    "checking": gettext_lazy("Checks of data sets"),
}
PROBLEMS: Mapping[str, str | Promise] = {
    "no heartbeat": gettext_lazy("none is running"),
    "no answer in time": gettext_lazy("no answer in time"),
    "database": gettext_lazy("the database does not answer"),
    "storage": gettext_lazy("the storage is full, unavailable, or belongs to another installation"),
    "disk": gettext_lazy("the disk for temporary files is full or read-only"),
    "clock": gettext_lazy("a machine's clock is over a minute away from the database's"),
    "checks": gettext_lazy("its own checks get no answer"),
    "tasks": gettext_lazy("its last tasks failed; the log says why"),
    "no room": gettext_lazy("there is too little room: uploads are refused"),
    "waiting": gettext_lazy("mail waits for the mail server"),
    "pytorch": gettext_lazy("PyTorch is not installed there (make pytorch)"),
    "pytorch installing": gettext_lazy(
        "PyTorch is being installed (%(figure)s MB so far); work begins by itself after that"
    ),
    "pytorch failed": gettext_lazy(
        "PyTorch could not be installed, which is tried every ten minutes; pytorch.log says why"
    ),
    "WrongStorage": gettext_lazy("it belongs to another installation"),
}


def describe(problem: str) -> str:
    """A problem of a part or of a worker, in a few words; an unknown one as it is. Some have a
    figure behind a colon.
    """
    name, _colon, figure = problem.partition(":")
    if name not in PROBLEMS:
        return problem
    return str(PROBLEMS[name]) % {"figure": figure} if figure else str(PROBLEMS[name])


def waits_for(part: str, problem: str) -> str:
    """A sentence for those who wait for a part; empty where nothing is wrong with it."""
    if not problem:
        return ""
    return _("It waits: %(part)s: %(problem)s.") % {
        "part": PARTS[part],
        "problem": describe(problem),
    }


def degraded(problems: Mapping[str, str]) -> list[tuple[str, str]]:
    """Parts and what is wrong with them, to be shown."""
    return [(str(PARTS.get(part, part)), describe(each)) for part, each in problems.items()]
