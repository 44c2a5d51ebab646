"""Who works on pixels lets pages and answers go first where cores are few."""

import os

NICE = 5
"""A quarter of a core beside a process that answers, all of it beside none."""


def let_others_first() -> None:
    """Lower the priority of this thread, and of those that it starts from now on."""
    os.setpriority(os.PRIO_PROCESS, 0, max(NICE, os.getpriority(os.PRIO_PROCESS, 0)))
