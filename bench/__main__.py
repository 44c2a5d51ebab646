"""Runs the rows, prints the table, and keeps a whole run in docs/performance.md."""

import argparse
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

import cv2
import torch

from bench import (
    cost,
    drop,
    earlier,
    folder,
    idle,
    large,
    loops,
    memory,
    mend,
    network,
    pages,
    photo,
    polls,
    reading_memory,
    requests,
    side_by_side,
    start,
    training,
)
from bench.page import LIGHTHOUSE, PAGE, section
from bench.rows import Row

ROWS = {
    "network": network.rows,
    "photo": photo.rows,
    "cost": cost.rows,
    "mend": mend.rows,
    "folder": folder.rows,
    "loops": loops.rows,
    "memory": lambda *, quick: memory.rows(quick=quick) + reading_memory.rows(quick=quick),
    "idle": idle.rows,
    "start": start.rows,
    "drop": drop.rows,
    "requests": requests.rows,
    "earlier": earlier.rows,
    "pages": pages.rows,
    "polls": polls.rows,
    "training": training.rows,
    "side_by_side": side_by_side.rows,
}

TEXT = """# Performance

Written by `make bench`; do not edit. {date}, {processor}, {cores} cores, torch {torch}, OpenCV {cv2}, load {load} at the start.

Times are medians of processor time in one thread; both sides of a ratio are measured in turn within one run. The worker's start
is in wall-clock time. Ratios are similar on other machines; milliseconds are not.

{table}

- Pages and lists beside an earlier revision: both sites run in the same environment and hold the same 100 photos of one account, which asks for
  them; the result page of now has a viewer and its tools, which that revision's had not, and pages of now travel compressed.
- *Plainly* is the same network with the same weights as PyTorch loads it: float32, contiguous, nothing fused.
- The first answer is one frame of 256 x 256; processes of the site have Django and OpenCV beside what is shown here.
- *The floor* is what any program pays: Pillow decodes the same file to RGB and encodes it as JPEG 4:4:4, quality 92.
- The photo is made by the bench: noise of many sizes with grain. It is easier to encode than most, so the floor is low.
- Drops are by a mouse in a real browser on the gallery's page, 1280 x 850, each another visitor's, in wall-clock time; the site is idle.
- Loops read, color and write the same files without a site, one a core; the site's rates are by the clock, all its processes on the same cores.
  With uploads and downloads the clients share them too.
- Pages are rendered by the site's own views, all middleware included, with 60 (history) and 24 (gallery) photos on them.
  For each page the table shows the view (first, from the middle, by another order, filtered) that slows down most as photos are
  added; on PostgreSQL its own processor time counts too. Searching in texts reads all of an owner's photos and is not measured.
- Parallel polls are of jobs that have ended, with the `ETag` of the answer before, by clients that share the site's cores.
  A refusal (503) says when to come back, and they do.
- While a training runs: one coloring process and a training at `nice 10`, stopped and resumed in turn, on the same cores.
- Memory of reading is address space of the process that decodes, beside twice the file's size; beyond its limit a file is refused.
- Peak memory covers reading, the gray copy, network, render, result and preview, in a process that was warm and idle.

`python -m bench {names}` runs some rows alone and leaves this page; `--quick` is for a first look.
"""  # noqa: E501 (lines of the page)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of {', '.join(ROWS)}; all")
    parser.add_argument("--large", action="store_true", help="pages: a million photos; minutes")
    parser.add_argument("--quick", action="store_true", help="few repeats; keeps the page as it is")
    options = parser.parse_args()
    if options.large and options.rows != ["pages"]:
        parser.error("--large belongs to pages alone")
    if unknown := set(options.rows) - set(ROWS):
        parser.error(f"no row is called {', '.join(sorted(unknown))}")
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    os.environ["OMP_NUM_THREADS"] = "1"
    load = f"{os.getloadavg()[0]:.1f}"
    found: list[Row] = []
    for name in options.rows or ROWS:
        print(f"Measuring {name} ...", file=sys.stderr)
        measure = large.rows if options.large else ROWS[name]
        found += measure(quick=options.quick)
    print(table(found))
    if not options.rows and not options.quick:
        PAGE.write_text(page(found, load) + section(LIGHTHOUSE))
        print(f"Written to {PAGE.relative_to(Path.cwd())}.", file=sys.stderr)


def table(found: list[Row]) -> str:
    """The rows in Markdown."""
    lines = ["| what | measured | against | ratio | aim |", "|---|---|---|---|---|"]
    lines += [f"| {r.what} | {r.value} | {r.against} | {r.ratio} | {r.aim} |" for r in found]
    return "\n".join(lines)


def page(found: list[Row], load: str) -> str:
    """docs/performance.md."""
    return TEXT.format(
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        processor=_processor(),
        cores=len(os.sched_getaffinity(0)),
        torch=torch.__version__,
        cv2=cv2.__version__,
        load=load,
        table=table(found),
        names="|".join(ROWS),
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((x.split(":")[1].strip() for x in lines if x.startswith("model name")), "")


if __name__ == "__main__":
    main()
