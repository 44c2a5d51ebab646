"""Many photos, a few at a time; a batch that was cut goes on where it was."""

from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from colorweb_client.client import Client
from colorweb_client.errors import ColorwebError, Refused, Unreachable

SUFFIXES = {"jpeg": ".jpg", "png": ".png", "webp": ".webp", "tiff": ".tif", "avif": ".avif"}


class SameName(ValueError):
    """Two photos would become one file."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one photo: a colored file, or an error."""

    photo: Path
    result: Path | None = None
    error: Exception | None = None
    skipped: bool = False


def targets(photos: Sequence[Path], folder: Path) -> dict[Path, Path]:
    """For each photo its result's path, still without suffix. Raises SameName."""
    stems = Counter(photo.stem for photo in photos)
    named: dict[Path, Path] = {}
    for photo in photos:
        # a.jpg and a.png stay apart by their whole names
        name = photo.stem if stems[photo.stem] == 1 else photo.name
        target = folder / f"{name}-color"
        if target in named:
            raise SameName(f"{named[target]} and {photo} would both become {target.name}")
        named[target] = photo
    return {photo: target for target, photo in named.items()}


def colorize_all(
    client: Client,
    photos: Sequence[Path],
    folder: Path,
    *,
    parallel: int = 4,
    overwrite: bool = False,
    **options: Any,
) -> Generator[Outcome]:
    """Color the photos into `folder`; outcomes come as they are known, in no order.

    Photos whose result is there already are skipped unless `overwrite`. An error that concerns
    all photos (no server, no permission, no quota) is raised, and nothing more is begun.
    """
    folder.mkdir(parents=True, exist_ok=True)
    client.become_guest()
    pool = ThreadPoolExecutor(parallel, thread_name_prefix="photo")
    work: list[Future[Outcome]] = []
    try:
        for photo, target in targets(photos, folder).items():
            there = [] if overwrite else [*_results(target)]
            if there:
                yield Outcome(photo, there[0], skipped=True)
            else:
                work.append(pool.submit(_colorize, client, photo, target, options))
        for done in as_completed(work):
            yield done.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        client.stop()
        pool.shutdown(wait=True)


def _colorize(client: Client, photo: Path, target: Path, options: dict[str, Any]) -> Outcome:
    try:
        job = client.colorize(photo, **options)
        name = target.name + SUFFIXES[job["options"]["format"]]
        return Outcome(photo, client.download(job, target.with_name(name)))
    except (Refused, Unreachable) as error:
        if isinstance(error, Unreachable) or error.concerns_all:
            raise
        return Outcome(photo, error=error)
    except (ColorwebError, OSError) as error:
        return Outcome(photo, error=error)


def _results(target: Path) -> Iterator[Path]:
    for suffix in SUFFIXES.values():
        path = target.with_name(target.name + suffix)
        if path.is_file():
            yield path
