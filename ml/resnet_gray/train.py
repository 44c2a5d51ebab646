"""``python -m ml.resnet_gray.train``: trains a network on a folder or on tars of photos.

A run lives in a folder: ``checkpoint.pt`` (taken up again by ``--resume``), ``metrics.jsonl``
(one line every ``LOG_EVERY`` steps and one a check), ``latest.safetensors`` (the network now),
``best.safetensors`` (the one with the least error on ``--check`` photos) and, at the end,
``model.safetensors`` (that one, with its default vividness chosen on the same photos).
"""

import argparse
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import safetensors
import safetensors.torch
import torch

from .allocator import hold_freed_memory
from .calibrate import finish
from .data import DataError, Photos, load
from .engine import CHECK_SIZE, Run
from .progress import bar, say
from .recipes import PRESETS

LOG_EVERY = 20  # steps
SAVE_EVERY = 180  # seconds


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options, for this command and for the site's."""
    add = parser.add_argument
    add("--data", nargs="+", required=True, metavar="PATH", help="folders, tars, Places365 roots")
    add("--check", nargs="+", metavar="PATH", help="photos apart, to tell which epoch was best")
    add("--preset", choices=sorted(PRESETS), default="best")
    add("--run", type=Path, metavar="DIR", help="folder of the run [var/runs/<date and time>]")
    add("--resume", type=Path, metavar="DIR", help="take up the run in this folder")
    add("--pretrained", type=Path, metavar="FILE", help="ResNet-18 as safetensors")
    add("--epochs", type=int, help="passes over the photos")
    add("--minutes", type=float, help="train so long instead of so many epochs")
    add("--batch", type=int, help="photos a step")
    add("--size", type=int, help="crops of so many pixels throughout")
    add("--rate", type=float, help="highest learning rate")
    add("--paper-init", action="store_true", default=None, help="kernels uniform in [-0.5, 0.5]")
    add("--seed", type=int)
    add("--limit", type=int, help="use so many photos only")
    add("--device", help="cpu, cuda, cuda:1 ... [a GPU where there is one]")
    add("--threads", type=int, help="CPU threads [all cores]")


def train(options: argparse.Namespace) -> Path:
    """Trains as the options say; answers the weights file. Raises DataError, OSError."""
    hold_freed_memory()
    if options.threads:
        torch.set_num_threads(options.threads)
    folder = options.resume or options.run or Path("var/runs") / time.strftime("%Y%m%d-%H%M%S")
    if options.resume and not (folder / "checkpoint.pt").exists():
        raise DataError(f"{folder}: no checkpoint to resume from")
    folder.mkdir(parents=True, exist_ok=True)
    recipe = PRESETS[options.preset].with_(
        epochs=options.epochs,
        batch=options.batch,
        rate=options.rate,
        paper_init=options.paper_init,
        seed=options.seed,
        sizes=((0, options.size),) if options.size else None,
    )
    photos = load(options.data, limit=options.limit, progress=_reading)
    say(photos.summary())
    apart = load(options.check, progress=_reading) if options.check else None
    pretrained = safetensors.torch.load_file(options.pretrained) if options.pretrained else None
    run = Run(
        recipe,
        photos,
        folder,
        minutes=options.minutes,
        pretrained=pretrained,
        device=options.device,
    )
    if options.resume:
        run.resume()
        say(f"going on from step {run.step}")
    run.log(event="start", recipe=str(recipe), photos=len(photos), broken=len(photos.broken))
    return _loop(run, apart)


def _reading(items: Iterable) -> Iterable:
    return bar(items, desc="reading", unit=" photos")


def _loop(run: Run, apart: Photos | None) -> Path:
    saved = logged = time.monotonic()
    form = "{desc}{percentage:3.0f}%|{bar}| {elapsed}<{remaining}{postfix}"
    with bar(total=1.0, initial=run.progress, desc="training", bar_format=form) as shown:
        while run.progress < 1:
            before = run.progress
            parts = run.advance()
            shown.update(run.progress - before)
            if run.step % LOG_EVERY == 0:
                now = time.monotonic()
                speed = LOG_EVERY * run.recipe.batch / (now - logged)
                logged = now
                run.log(event="step", photos_per_second=round(speed, 1), **parts)
                shown.set_postfix_str(f"loss {parts['loss']:.3f}, {speed:.0f} photos/s")
            if run.progress >= 1 or run.step % run.steps_per_epoch == 0:
                _end_of_epoch(run, apart)
                saved = logged = time.monotonic()
            elif time.monotonic() - saved > SAVE_EVERY:
                run.save()
                saved = time.monotonic()
    run.log(event="end")
    if not apart:
        return run.folder / "latest.safetensors"
    say("choosing how vivid it is by default")
    finished = run.folder / "model.safetensors"
    setting = finish(run.folder / "best.safetensors", finished, run.colours, apart, CHECK_SIZE)
    say(str(setting or ""))
    return finished


def _end_of_epoch(run: Run, apart: Photos | None) -> None:
    metrics = run.check(apart) if apart else {}
    run.export("latest", metrics)
    if apart:
        run.log(event="check", epoch=run.step // run.steps_per_epoch, **metrics)
        say(f"pass {run.step // run.steps_per_epoch}: error {metrics['of_grey']:.3f} of grey's")
        if run.best is None or metrics["mse"] < run.best:
            run.best = metrics["mse"]
            run.export("best", metrics)
    run.save()


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; answers its exit status."""
    parser = argparse.ArgumentParser(prog="train", description="Trains a network to colour photos.")
    add_arguments(parser)
    try:
        path = train(parser.parse_args(arguments))
    except (DataError, OSError, safetensors.SafetensorError) as error:
        print(f"train: {error}", file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        print("train: stopped; --resume takes it up again", file=sys.stderr)  # noqa: T201
        return 130
    print(path)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
