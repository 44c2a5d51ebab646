"""``python -m ml.resnet_gray.training.train``: trains a network on a folder or on tars of photos.

A run lives in a folder: ``checkpoint.pt`` (resumed by ``--resume``), ``metrics.jsonl`` and
``samples/`` (see ``run_folder``), ``latest.safetensors`` (the network now), ``best.safetensors``
(the one with the least error on held-out photos; both with a decoding chosen on these, and measured
as they would ship) and, at the end, ``model.safetensors`` (that one).

Several processes, on this machine or on many: ``torchrun --nproc-per-node N -m --
ml.resnet_gray.training.train …`` (without the ``--``, torchrun takes ``--run`` for its own), the
run's folder on the first machine.
"""

import argparse
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path

import safetensors
import safetensors.torch
import torch

from ml.resnet_gray.data import memory
from ml.resnet_gray.data.data import DataError, Photos, load
from ml.resnet_gray.evaluation.checks import HeldOut
from ml.resnet_gray.network import weights
from ml.resnet_gray.network.cards import CardError, lineage
from ml.resnet_gray.progress import bar, report

from . import process, revision
from .checking import Checks
from .engine import Run
from .loop import CheckSchedule, train_to_end
from .parallel import ProcessGroup, process_group
from .recipes import PRESETS, Recipe
from .run_folder import RunError, RunFolder

HELD_OUT_EVERY, MAX_HELD_OUT = 20, 500  # photos for checks where none are given
BROKEN_NAMED = 20  # in the journal
PRECISIONS = {"auto": None, "bfloat16": True, "float32": False}

Errors = (DataError, RunError, CardError, OSError, safetensors.SafetensorError)
"""What a person can mend; everything else is a mistake of the code."""


class Stopped(Exception):
    """The run was stopped by a signal; its state is saved."""

    def __init__(self, by: signal.Signals) -> None:
        super().__init__("stopped; resume it with --resume")
        self.status = 130 if by == signal.SIGINT else 0  # by its operator: no failure


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options, for this command and for the site's."""
    add = parser.add_argument
    add("--data", nargs="+", required=True, metavar="PATH", help="folders, tars, Places365 roots")
    add(
        "--check",
        nargs="+",
        metavar="PATH",
        help="held-out photos [every 20th, at most 500]",
    )
    add("--measure", nargs="+", default=[], metavar="PATH", help="more that checks measure")
    add("--against", type=Path, metavar="FILE", help="another model, for a column of the samples")
    add("--preset", choices=sorted(PRESETS), default="best")
    add("--run", type=Path, metavar="DIR", help="folder of the run [var/runs/<date and time>]")
    add("--resume", type=Path, metavar="DIR", help="resume the run in this folder")
    add("--pretrained", type=Path, metavar="FILE", help="ResNet-18 as safetensors")
    add("--from", dest="base", type=Path, metavar="FILE", help="go on from a trained model")
    add("--epochs", type=int, help="times that every photo is seen")
    add("--minutes", type=float, help="train so long instead of so many epochs")
    add("--patience", type=int, metavar="N", help="end after so many checks without a better one")
    add(
        "--check-every", type=int, metavar="STEPS", help="[an epoch, but 50 at least, 2000 at most]"
    )
    add("--check-seconds", type=float, default=0.0, help="that a check takes, for the time left")
    add("--batch", type=int, help="photos a step, over all processes")
    add("--parts", type=int, help="send a step's photos through in so many parts, to save memory")
    add("--size", type=int, help="crops of so many pixels throughout")
    add("--rate", type=float, help="highest learning rate")
    add("--hints", type=float, metavar="SHARE", help="of the photos, with simulated hints")
    add("--paper-init", action="store_true", default=None, help="kernels uniform in [-0.5, 0.5]")
    add("--seed", type=int)
    add("--limit", type=int, help="use so many photos only")
    add("--memory", type=float, metavar="GB", help="to hold photos in [half of what is available]")
    add("--device", help="cpu, cuda, cuda:1 ... [a GPU where there is one]")
    add("--precision", choices=PRECISIONS, default="auto", help="[bfloat16 where it is fast]")
    add("--threads", type=int, help="CPU threads that compute [all cores]")
    add("--workers", type=int, default=2, help="threads that read and crop photos [2]")
    add("--follow-parent", action="store_true", help="end with the process that started this one")


def train(options: argparse.Namespace) -> Path:
    """Trains as the options say; answers the weights file. Raises ``Errors`` and Stopped."""
    stop = process.StopSignals()
    if options.follow_parent:
        process.end_with_parent()
    memory.hold_freed_memory()
    if options.threads:
        torch.set_num_threads(options.threads)
    folder = RunFolder(
        options.resume or options.run or Path("var/runs") / time.strftime("%Y%m%d-%H%M%S")
    )
    with process_group(options.device) as group:
        if group.is_first:
            if options.resume and not folder.checkpoint.exists():
                raise RunError(f"{folder.path}: no checkpoint to resume from")
            folder.lock()
        try:
            return _train(options, group, folder, stop)
        except Exception as error:
            if group.is_first and not isinstance(error, Stopped):
                folder.log("end", reason="failed", error=str(error) or type(error).__name__)
            raise


def _train(
    options: argparse.Namespace, group: ProcessGroup, folder: RunFolder, stop: process.StopSignals
) -> Path:
    photos, held_out = _photos(options, group, folder)
    run = _run(options, group, folder, photos)
    if group.is_first:
        run.log(
            "start",
            photos=len(photos),
            check_photos=len(held_out.photos) if held_out else 0,
            gray=len(photos.gray),
            broken_count=len(photos.broken),
            broken=dict(list(photos.broken.items())[:BROKEN_NAMED]),
            recipe=run.recipe.as_dict(),
            device=str(group.device),
            precision="bfloat16" if run.bfloat16 else "float32",
            processes=group.size,
            steps_per_epoch=run.steps_per_epoch,
            resumed=bool(options.resume),
            code_revision=revision.of_code(),
        )
    stop.listen()
    schedule = CheckSchedule(options.check_every, options.patience, options.check_seconds)
    reason = train_to_end(run, held_out, schedule, lambda: stop.came)
    path = folder.weights("best" if held_out else "latest")
    if not group.is_first:
        return path
    if reason == "stopped":
        if not path.exists():  # before its first check
            path = folder.weights("latest")
            run.export("latest", {}, *([Checks(run, held_out).calibrated()] if held_out else []))
        run.log("end", reason=reason, file=path.name)
        raise Stopped(stop.came or signal.SIGTERM)
    if held_out:  # as it was measured
        path = folder.weights("model")
        shutil.copyfile(folder.weights("best"), path)
    run.log("end", reason=reason, file=path.name)
    return path


def _photos(
    options: argparse.Namespace, group: ProcessGroup, folder: RunFolder
) -> tuple[Photos, HeldOut | None]:
    """The photos to learn from, and those to check on (None: too few to hold any out)."""
    progress = _reading(folder) if group.is_first else iter
    free_bytes = options.memory and options.memory * 1e9
    some = load(
        options.data,
        limit=options.limit,
        free_bytes=free_bytes,
        workers=options.workers,
        progress=progress,
    )
    if group.is_first:
        report(some.summary())
    if options.check:
        others = load(options.check, workers=options.workers, progress=progress)
        measured = [*options.check, *options.measure]
        return some, HeldOut(others, measured, against=options.against)
    photos, rest = some.split(HELD_OUT_EVERY, MAX_HELD_OUT)
    if not rest.names:
        return photos, None
    return photos, HeldOut(rest, options.data, frozenset(rest.names), options.against)


def _reading(folder: RunFolder) -> Callable[[Iterable], Iterator]:
    """Shows how many photos were read: a bar, and a line in the journal every other second."""

    def watched(items: Iterable) -> Iterator:
        logged = time.monotonic()
        for count, item in enumerate(bar(items, desc="reading", unit=" photos"), 1):
            yield item
            if time.monotonic() - logged > 2:
                folder.log("reading", photos=count)
                logged = time.monotonic()

    return watched


def _run(
    options: argparse.Namespace, group: ProcessGroup, folder: RunFolder, photos: Photos
) -> Run:
    """The run, new or resumed."""
    changes = {
        "epochs": options.epochs,
        "minutes": options.minutes,
        "batch": options.batch,
        "parts": options.parts,
        "rate": options.rate,
        "hints": options.hints,
        "paper_init": options.paper_init,
        "seed": options.seed,
        "sizes": ((0, options.size),) if options.size else None,
    }
    state = base = pretrained = origin = None
    recipe = PRESETS[options.preset]
    if options.resume:
        state = group.broadcast(lambda: Run.read(folder))
        recipe = Recipe.from_dict(state["recipe"])
        base = weights.build_for(recipe.architecture, state["net"])
    elif options.base:
        base, card = weights.load(options.base)
        changes["architecture"] = base.architecture
        version = sha256(options.base.read_bytes()).hexdigest()[:12]
        origin = {"license": card.get("license", ""), "lineage": lineage(card, version)}
    elif options.pretrained:
        pretrained = safetensors.torch.load_file(options.pretrained)
    run = Run(
        recipe.with_(**changes),
        photos,
        folder,
        pretrained=pretrained,
        base=base,
        origin=origin,
        group=group,
        bfloat16=PRECISIONS[options.precision],
        workers=options.workers,
    )
    if state:
        run.resume(state)
        report(f"going on from step {run.step}")
    return run


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; answers its exit status."""
    parser = argparse.ArgumentParser(prog="train", description="Trains a network to color photos.")
    add_arguments(parser)
    try:
        path = train(parser.parse_args(arguments))
    except Stopped as end:
        print(f"train: {end}", file=sys.stderr)  # noqa: T201
        return end.status
    except Errors as error:
        print(f"train: {error}", file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        print("train: stopped before the first step", file=sys.stderr)  # noqa: T201
        return 130
    print(path)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
