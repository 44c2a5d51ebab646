"""A million photos and 50,000 that wait, on PostgreSQL: lists and pages beside those with 1,000.

Not part of `make bench`: filling takes minutes. `make bench ARGS='pages --large'`
"""

import sys
from contextlib import ExitStack
from statistics import median

from bench import filled, large_fill, large_views
from bench.rows import Row, ms
from colorweb import runtime
from colorweb.testing import postgres, valkey

SMALL, LARGE, QUICK = (1_000, 50), (1_000_000, 50_000), (100_000, 10_000)
"""Photos with a result, and photos that wait."""
AIM_MS, AIM_CLAIM_MS, AIM_RATIO = 100, 15, 3


def rows(*, quick: bool) -> list[Row]:
    """Each view, slowest first."""
    with postgres.server() as server, ExitStack() as stack:
        sizes = SMALL, QUICK if quick else LARGE
        small, large = (
            stack.enter_context(filled.process("bench.large", *size, server=server.url))
            for size in sizes
        )
        times = {}
        for view in large("views").split(","):
            pairs = [(float(small(view)), float(large(view))) for _ in range(7 if quick else 11)]
            times[view] = tuple(median(side) for side in zip(*pairs[2:], strict=True))
            print(f"  {view}: {times[view][0]:.1f} ms, {times[view][1]:.1f} ms", file=sys.stderr)
    return [
        Row(
            f"{view}, {sizes[1][0]:,} + {sizes[1][1]:,} photos, PostgreSQL",
            ms(many),
            f"{ms(few)} with {sizes[0][0]:,} + {sizes[0][1]:,}",
            f"{many / few:.2f} x",
            f"under {AIM_CLAIM_MS} ms" if view == "claim" else f"{AIM_MS} ms or {AIM_RATIO} x",
        )
        for view, (few, many) in sorted(times.items(), key=lambda each: -each[1][1])
    ]


def main(photos: int, waiting: int) -> None:
    """Fills the database, then does what each line of the input names."""
    filled.set_up()
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:  # their processor time would not be counted
        cursor.execute("SET max_parallel_workers_per_gather = 0")
    functions = large_views.views(large_fill.fill(photos, waiting))
    runtime.run_dir().mkdir(parents=True, exist_ok=True)
    broker = valkey.start(runtime.run_dir() / "broker.sock", "noeviction")
    clock = filled.clock()
    print("ready", flush=True)
    for line in sys.stdin:
        name = line.strip()
        if name == "views":
            print(",".join(functions), flush=True)
            continue
        start = clock()
        functions[name]()
        print((clock() - start) * 1000, flush=True)
    broker.terminate()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
