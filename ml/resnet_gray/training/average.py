"""``python -m ml.resnet_gray.training.average FIRST SECOND -o FILE``: the weighted mean of a model
and the one that was trained on from it.

A model that was trained further, averaged with what it began from, is often better than both on
photos that neither has seen (Wortsman et al., "Robust fine-tuning of zero-shot models", 2022). With
``--check``, the decoding of the mean is chosen on held-out photos, as at the end of a training.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import safetensors

from ml.resnet_gray.data.data import DataError, load
from ml.resnet_gray.evaluation.calibrate import finish
from ml.resnet_gray.network import weights
from ml.resnet_gray.network.cards import CardError


def average(first: Path, second: Path, share: float, target: Path) -> None:
    """Writes ``share`` of the second and the rest of the first, with the card of the second.

    Raises CardError where the two are not of one architecture with the same bins.
    """
    (ours, _), (theirs, card) = weights.load(first), weights.load(second)
    values, others = ours.state_dict(), theirs.state_dict()
    if {k: v.shape for k, v in values.items()} != {k: v.shape for k, v in others.items()}:
        raise CardError(f"{first} and {second} are not of one kind")
    theirs.load_state_dict(
        {
            name: value.lerp(others[name], share) if value.is_floating_point() else others[name]
            for name, value in values.items()
        }
    )
    weights.save(target, theirs, card)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; answers its exit status."""
    parser = argparse.ArgumentParser(prog="average", description="The mean of two models.")
    add = parser.add_argument
    add("first", type=Path)
    add("second", type=Path)
    add("-o", "--output", type=Path, required=True, metavar="FILE")
    add("--share", type=float, default=0.5, help="of the second, 0 to 1 [0.5]")
    add("--data", nargs="+", metavar="PATH", help="photos that the second was trained on")
    add("--check", nargs="+", metavar="PATH", help="held-out photos, to choose its decoding on")
    options = parser.parse_args(arguments)
    try:
        average(options.first, options.second, options.share, options.output)
        if options.data and options.check:
            colors, held_out = load(options.data).colors(), load(options.check)
            size = weights.read_card(options.output)["default_size"]
            print(finish(options.output, options.output, colors, held_out, size))  # noqa: T201
    except (CardError, DataError, OSError, safetensors.SafetensorError) as error:
        print(f"average: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
