"""Who works on pixels lets pages and answers go first where cores are few."""

import os

NICE = 5
"""A quarter of a core beside a process that answers, all of it beside none."""


def let_others_first(process: int = 0) -> None:
    """Lower the priority of a process that has just started, or of this thread; and of threads
    that either starts from now on.
    """
    nice = os.getpriority(os.PRIO_PROCESS, process)
    os.setpriority(os.PRIO_PROCESS, process, max(NICE, nice))
