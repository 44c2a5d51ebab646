"""Processor time and memory of processes and all that they have started."""

import os
from contextlib import suppress
from pathlib import Path


def seconds(*roots: int) -> float:
    """What these processes and their living descendants have used."""
    return sum(_used(pid) for pid in family(*roots))


def held(*roots: int) -> int:
    """kB that they and their living descendants hold; what several share counts once (PSS)."""
    return sum(_held(pid) for pid in family(*roots))


def family(*roots: int) -> list[int]:
    """These processes and their living descendants."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):  # it has just ended
                # The second field is the command in brackets and may hold anything.
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                children.setdefault(int(fields[1]), []).append(int(entry.name))
    found = list(roots)
    for pid in found:
        found += children.get(pid, [])
    return found


def pin(pid: int, core: int) -> None:
    """Keep a process and its living descendants, all their threads, on one core."""
    for each in family(pid):
        with suppress(OSError):
            for thread in Path(f"/proc/{each}/task").iterdir():
                os.sched_setaffinity(int(thread.name), {core})


def _used(pid: int) -> float:
    with suppress(OSError):
        threads = Path(f"/proc/{pid}/task").iterdir()
        return sum(int((each / "schedstat").read_text().split()[0]) for each in threads) / 1e9
    return 0.0


def _held(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("Pss:")).split()[1])
