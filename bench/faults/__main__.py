"""Hurts a site in many ways, one after another, and prints what each cost: `make faults`.

Ends with an error where photos were lost, doubled or failed, where nothing moved within 30 seconds
of the repair, or where `/readyz?strict=1` did not show a fault that lasts.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from bench.faults import site
from bench.faults.faults import FAULTS, Fault
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
    good, began = True, time.monotonic()
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
            good = _try(hurt, fault) and good
    print(f"It took {(time.monotonic() - began) / 60:.0f} minutes.")
    return 0 if good else 1


def _try(hurt: site.Site, fault: Fault) -> bool:
    """Measures one fault and prints its line; whether all was within the bounds."""
    try:
        outcome = measure(hurt, fault)
    except Exception as error:  # noqa: BLE001 - the other faults are measured all the same
        print(f"{fault.name:28}  not measured: {error}\n{hurt.logs()}", flush=True)
        return False
    print(_line(outcome), flush=True)
    return outcome.good


def _line(outcome: Outcome) -> str:
    red = {True: "yes", False: "NO", None: "–"}[outcome.red]
    return (
        f"{outcome.fault:28}  {outcome.lost:4}  {outcome.doubled:7}  {outcome.failed:6}  "
        f"{outcome.moving_after:10.1f} s  {red:>10}{'' if outcome.good else '  <- over the bounds'}"
    )


if __name__ == "__main__":
    sys.exit(main())
