"""``python -m ml.resnet_gray.evaluation.against MODEL PHOTOS…``: a finished model measured as runs
measure themselves, on the same photos, so that a run's curves can be read against it. Prints JSON.
"""

import json
import sys
from collections.abc import Sequence

from ml.resnet_gray.data.data import DataError, Photos
from ml.resnet_gray.data.memory import hold_freed_memory
from ml.resnet_gray.network.cards import CardError
from ml.resnet_gray.network.colorizer import Colorizer

from .checks import HeldOut, measure


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; answers its exit status."""
    names = sys.argv[1:] if arguments is None else arguments
    if len(names) < 2:
        print("usage: against MODEL PHOTOS…", file=sys.stderr)  # noqa: T201
        return 2
    hold_freed_memory()
    try:
        figures = measure(Colorizer(names[0]), HeldOut(Photos(), names[1:]))
    except (DataError, CardError, OSError) as error:
        print(f"against: {error}", file=sys.stderr)  # noqa: T201
        return 1
    print(json.dumps(figures))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
