"""``python -m ml.resnet_gray.evaluation.curves NAME=DIR … -o FILE.svg``: how runs went, as a
picture.

For each run a line: the error of ``mean`` on the held-out photos, as a part of what no color at all
would have, after each check; from its journal (see ``run_folder``).
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from html import escape
from math import ceil, floor
from pathlib import Path

from ml.resnet_gray.old_names import renamed

Curve = list[tuple[float, float]]  # epochs, part of gray's error

WIDTH, HEIGHT = 760, 360
LEFT, RIGHT, TOP, BOTTOM = 56, 170, 20, 44
LINE = 18  # from one line of text to the next
COLORS = ("#2563eb", "#c2410c", "#15803d", "#7e22ce")
STYLE = """text { font: 13px system-ui, sans-serif; fill: #374151 } .grid { stroke: #9ca3af66 }
path { fill: none; stroke-width: 2 }
@media (prefers-color-scheme: dark) { text { fill: #d1d5db } }"""


def read(folder: Path) -> Curve:
    """The curve of a run; a step made twice, because a run was resumed, counts once.

    Raises OSError; ValueError where the journal holds no check.
    """
    checks = {}
    for text in (folder / "metrics.jsonl").read_text().splitlines():
        line = renamed(json.loads(text))
        if line["event"] == "check":
            checks[line["step"]] = line["epoch"], line["of_gray"]
    if not checks:
        raise ValueError(f"{folder}: no check in the journal")
    return [checks[step] for step in sorted(checks)]


def svg(curves: Mapping[str, Curve]) -> str:
    """The picture; readable on light and dark pages."""
    points = [point for curve in curves.values() for point in curve]
    last = max(1, ceil(max(epoch for epoch, _ in points)))
    low = floor(min(error for _, error in points) * 20) / 20
    high = ceil(max(error for _, error in points) * 20) / 20 + 0.001

    def x(epoch: float) -> float:
        return round(LEFT + epoch / last * (WIDTH - LEFT - RIGHT), 1)

    def y(error: float) -> float:
        return round(TOP + (high - error) / (high - low) * (HEIGHT - TOP - BOTTOM), 1)

    parts = []
    for tick in range(round(low * 20), floor(high * 20) + 1):
        at = y(tick / 20)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at}" y2="{at}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{at + 4}" text-anchor="end">{tick / 20:.2f}</text>')
    for tick in range(0, last + 1, max(1, round(last / 8))):
        at = x(tick)
        parts.append(f'<text x="{at}" y="{HEIGHT - 22}" text-anchor="middle">{tick}</text>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{HEIGHT - 4}" text-anchor="middle">epochs</text>')
    colored = [(c, COLORS[i % len(COLORS)]) for i, c in enumerate(curves.items())]
    free = 0.0  # labels beside the ends of their lines, one under the other
    for (name, curve), color in sorted(colored, key=lambda item: -item[0][1][-1][1]):
        line = " L".join(f"{x(epoch)} {y(error)}" for epoch, error in curve)
        parts.append(f'<path d="M{line}" stroke="{color}"/>')
        end = curve[-1][1]
        at = max(y(end) + 4, free)
        free = at + LINE
        parts.append(
            f'<text x="{WIDTH - RIGHT + 8}" y="{at:.1f}" style="fill: {color}">'
            f"{escape(name)} {end:.3f}</text>"
        )
    title = "Error on held-out photos, as a part of that of an answer without color"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n" + "\n".join(parts) + "\n</svg>\n"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; answers its exit status."""
    parser = argparse.ArgumentParser(prog="curves", description="How runs went, as a picture.")
    parser.add_argument("runs", nargs="+", metavar="NAME=DIR", help="folders of runs")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.svg")
    options = parser.parse_args(arguments)
    try:
        named = [run.rpartition("=") for run in options.runs]
        curves = {name or Path(folder).name: read(Path(folder)) for name, _, folder in named}
        options.output.write_text(svg(curves))
    except (OSError, ValueError) as error:
        print(f"curves: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
