"""Color photos without a server: files and folders in, colored copies out."""

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from ml.imaging import metadata, photos
from ml.imaging.hints import MAX_HINTS, Hint
from ml.imaging.hints import read as read_hints
from ml.imaging.photos import SUFFIXES
from ml.imaging.slots import cores
from ml.imaging.vividness import CALM, NATURAL, STEPS, VIVID
from ml.resnet_gray.network.cards import CardError
from ml.resnet_gray.network.colorizer import Colorizer
from ml.versions import catalog

SUFFIX = "-color"
SMALLEST, LARGEST = 32, 1024  # what the network may be asked to look at
FORMATS = {
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
    ".png": "png",
    ".webp": "webp",
    ".tif": "tiff",
    ".tiff": "tiff",
    ".avif": "avif",
}
MAX_LISTED = 10
"""Names of skipped files that are shown."""


class Command(BaseCommand):
    help = "Color photos: files, or folders with everything in them."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("photos", nargs="+", type=Path, metavar="PHOTO", help="file or folder")
        parser.add_argument(
            "-o",
            "--output",
            type=Path,
            metavar="DIR|FILE",
            help=f"where to (default: beside each photo, its name ending in {SUFFIX})",
        )
        parser.add_argument("--model", default="", metavar="NAME", help="another network")
        parser.add_argument(
            "--vividness",
            type=_vividness,
            default=NATURAL,
            metavar="0..2",
            help=STEPS,
        )
        parser.add_argument(
            "--size",
            type=_size,
            metavar="N",
            help="short side of what the network sees, in pixels (default: the network's own)",
        )

        parser.add_argument(
            "--hint",
            type=_hint,
            action="append",
            default=[],
            dest="hints",
            metavar="X,Y,#RRGGBB",
            help="a color for a place, 0..1 from the left and from the top; may be repeated",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        jobs = plan(options["photos"], options["output"])
        self._say_what_is_skipped(options["photos"])
        if len(options["hints"]) > MAX_HINTS:
            raise CommandError(f"A photo has at most {MAX_HINTS} hints.")
        try:
            parallel = cores() if len(jobs) > 1 else 1
            colorizer = Colorizer(catalog.find(options["model"]), parallel=parallel)
        except (LookupError, CardError) as error:
            raise CommandError(str(error)) from error
        if options["hints"] and not colorizer.takes_hints:
            raise CommandError(f"{colorizer.name} takes no hints; choose another model.")
        began = time.perf_counter()
        how = {name: options[name] for name in ("vividness", "size", "hints")}
        ends = color_all(jobs, lambda source, target: color(colorizer, source, target, **how))
        failed = list(filter(None, tqdm(ends, "", len(jobs), unit="photo", disable=len(jobs) == 1)))
        if failed:
            self.stderr.write("\n".join(failed))
            raise CommandError(f"{len(failed)} of {_count(len(jobs))} could not be colored.")
        seconds = time.perf_counter() - began
        self.stdout.write(f"Colored {_count(len(jobs))} in {seconds:.1f} s with {colorizer.name}.")

    def _say_what_is_skipped(self, sources: list[Path]) -> None:
        skipped = [str(path) for source in sources for path in _others_in(source)]
        if skipped:
            rest = len(skipped) - MAX_LISTED
            names = ", ".join(skipped[:MAX_LISTED]) + (f" and {rest} more" if rest > 0 else "")
            self.stderr.write(f"Skipped, as their names are not those of photos: {names}.")


def plan(sources: list[Path], output: Path | None) -> list[tuple[Path, Path]]:
    """Each photo and the file it becomes; without a suffix where that depends on the photo.

    No file becomes one that is to be read, or that of another. Raises CommandError.
    """
    found = [pair for source in sources for pair in _photos_in(source)]
    if not found:
        raise CommandError("There are no photos in there.")
    taken = {source.resolve() for source, _ in found}
    if output is not None and not output.is_dir() and output.suffix:
        if output.suffix.lower() not in FORMATS:
            raise CommandError(f"{output}: results are {', '.join(FORMATS)} files.")
        if len(found) > 1:
            raise CommandError(f"{len(found)} photos do not fit one file; name a folder.")
        if output.resolve() in taken:
            raise CommandError(f"{output} is the photo itself; choose another name.")
        return [(found[0][0], output)]
    if output is not None and output.is_file():
        raise CommandError(f"{output} is a file; name a folder.")
    jobs = []
    for source, relative in found:
        folder = source.parent if output is None else output / relative.parent
        name, number = f"{source.stem}{SUFFIX}", 1
        while not taken.isdisjoint((folder / f"{name}{s}").resolve() for s in FORMATS):
            number += 1
            name = f"{source.stem}{SUFFIX}-{number}"
        taken.update((folder / f"{name}{s}").resolve() for s in FORMATS)
        jobs.append((source, folder / name))
    return jobs


def color_all(
    jobs: Sequence[tuple[Path, Path]],
    color: Callable[[Path, Path], None],
    threads: int | None = None,
) -> Iterator[str]:
    """Does it for each photo and its file, as many at a time as there are `threads`, by default one
    a core: what went wrong with each, in their order; empty where nothing did.

    Of several photos each has one thread for all its steps: threads of one photo would keep those
    of another waiting.
    """

    def attempt(job: tuple[Path, Path]) -> str:
        try:
            color(*job)
        except (photos.PhotoError, OSError, MemoryError) as error:
            return f"{job[0]}: {_reason(error)}"
        return ""

    if len(jobs) == 1:
        yield attempt(jobs[0])
        return
    cv2.setNumThreads(1)
    with ThreadPoolExecutor(threads or cores()) as pool:
        try:
            yield from pool.map(attempt, jobs)
        finally:
            pool.shutdown(cancel_futures=True)  # Ctrl-C waits for those begun alone


def color(
    colorizer: Colorizer,
    source: Path,
    target: Path,
    *,
    vividness: float,
    size: int | None,
    hints: Sequence[Hint],
) -> None:
    """Color one file into another. Raises PhotoError, OSError or MemoryError."""
    photo = photos.read(source)
    rgb = colorizer.colorize(photo.rgb, size, vividness, hints)
    if target.suffix not in FORMATS:
        target = target.with_name(f"{target.name}{'.jpg' if photo.alpha is None else '.png'}")
    target.parent.mkdir(parents=True, exist_ok=True)
    photos.write(
        target,
        rgb,
        alpha=photo.alpha,
        format=FORMATS[target.suffix.lower()],
        xmp=metadata.made_by(colorizer.name, colorizer.version),
        dpi=photo.dpi,
    )


def _photos_in(source: Path) -> Iterator[tuple[Path, Path]]:
    """The photos a path stands for, each with its place below that path."""
    if source.is_dir():
        for path in _files_in(source):
            ours = path.stem.endswith(SUFFIX)  # what an earlier run left
            if path.suffix.lower() in SUFFIXES and not ours:
                yield path, path.relative_to(source)
    elif source.exists():
        yield source, Path(source.name)
    else:
        raise CommandError(f"There is no file or folder {source}.")


def _others_in(source: Path) -> list[Path]:
    """Files of a folder that are skipped, but for hidden ones."""
    if not source.is_dir():
        return []
    return [
        path
        for path in _files_in(source)
        if path.suffix.lower() not in SUFFIXES and not path.name.startswith(".")
    ]


def _files_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _reason(error: Exception) -> str:
    match error:
        case photos.PhotoError():
            return error.message
        case MemoryError():
            return "The photo needs more memory than is available. Try a smaller copy."
        case _:
            return str(error)


def _count(number: int) -> str:
    return "1 photo" if number == 1 else f"{number} photos"


def _vividness(text: str) -> float:
    value = float(text)
    if not CALM <= value <= VIVID:
        raise argparse.ArgumentTypeError("between 0 and 2")
    return value


def _size(text: str) -> int:
    value = int(text)
    if not SMALLEST <= value <= LARGEST:
        raise argparse.ArgumentTypeError(f"between {SMALLEST} and {LARGEST}")
    return value


def _hint(text: str) -> Hint:
    try:
        x, y, color = text.split(",")
        (hint,) = read_hints([{"x": float(x), "y": float(y), "color": color.strip()}])
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            "a hint is X,Y,#RRGGBB, such as 0.25,0.5,#3050a0"
        ) from error
    return hint
