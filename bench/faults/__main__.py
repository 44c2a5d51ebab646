"""Hurts a site in many ways, one after another, and prints what each cost: `make faults`.

Ends with an error where photos were lost, doubled or failed, where nothing moved within 30 seconds
of the repair, or where `/readyz?strict=1` did not show a fault that lasts.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from bench.faults import site
from bench.faults.faults import FAULTS
from bench.faults.measure import PHOTOS, Outcome, measure

# The small disks are smaller than what is kept free of a real one.
ENVIRONMENT = {"MIN_FREE_BYTES": "100000000"}
HEAD = f"{'fault, ' + str(PHOTOS) + ' photos':28}  lost  doubled  failed  moving after  strict red"


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.faults",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = [fault.name for fault in FAULTS]
    parser.add_argument("faults", nargs="*", metavar="FAULT", help=f"of: {', '.join(names)}")
    chosen = parser.parse_args().faults or names
    if unknown := set(chosen) - set(names):
        parser.error(f"no fault is called {', '.join(sorted(unknown))}")
    outcomes = []
    print(HEAD, flush=True)
    with (
        tempfile.TemporaryDirectory(prefix="colorweb-faults-") as folder,
        site.running(Path(folder), ENVIRONMENT) as hurt,
    ):
        for fault in FAULTS:
            if fault.name not in chosen:
                continue
            if reason := fault.needs():
                print(f"{fault.name:28}  not tried: {reason}", flush=True)
                continue
            outcomes.append(measure(hurt, fault))
            print(_line(outcomes[-1]), flush=True)
    return 0 if all(outcome.good for outcome in outcomes) else 1


def _line(outcome: Outcome) -> str:
    red = {True: "yes", False: "NO", None: "–"}[outcome.red]
    return (
        f"{outcome.fault:28}  {outcome.lost:4}  {outcome.doubled:7}  {outcome.failed:6}  "
        f"{outcome.moving_after:10.1f} s  {red:>10}{'' if outcome.good else '  <- over the bounds'}"
    )


if __name__ == "__main__":
    sys.exit(main())
