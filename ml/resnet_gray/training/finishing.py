"""What commands have in common that teach one part of a finished network, and nothing else."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import safetensors
import torch

from ml.resnet_gray.data.data import DataError, Photos, load
from ml.resnet_gray.data.memory import hold_freed_memory
from ml.resnet_gray.network import weights
from ml.resnet_gray.network.cards import Card, CardError
from ml.resnet_gray.network.networks import ResNetGrayUNet

Load = Callable[[Path], tuple[ResNetGrayUNet, Card]]
"""Loads a model; raises CardError where it lacks what is to be taught."""
Teach = Callable[[ResNetGrayUNet, Card, Photos, argparse.Namespace], None]
"""Teaches a network in place."""


def parser(name: str, description: str, limit: int) -> argparse.ArgumentParser:
    """The options of all of them; ``limit``: photos, by default."""
    made = argparse.ArgumentParser(prog=name, description=description)
    add = made.add_argument
    add("model", type=Path)
    add("--data", nargs="+", required=True, metavar="PATH", help="photos to learn from")
    add("--limit", type=int, default=limit, help=f"use so many of them [{limit}]")
    add("--threads", type=int, help="CPU threads that compute [all cores]")
    add("-o", "--output", type=Path, required=True, metavar="FILE")
    return made


def run(
    made: argparse.ArgumentParser, arguments: Sequence[str] | None, unet: Load, teach: Teach
) -> int:
    """The command; answers its exit status."""
    options = made.parse_args(arguments)
    hold_freed_memory()
    if options.threads:
        torch.set_num_threads(options.threads)
    try:
        net, card = unet(options.model)
        photos = load(options.data)
        some = photos.pick(range(0, len(photos), -(-len(photos) // options.limit)))
        teach(net, card, some, options)
        weights.save(options.output, net, card)
    except (CardError, DataError, OSError, safetensors.SafetensorError) as error:
        print(f"{made.prog}: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0
