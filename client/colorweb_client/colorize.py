"""`colorweb colorize`: photos and folders in, colors out."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from colorweb_client.batch import Task, colorize_all, plan
from colorweb_client.client import Client
from colorweb_client.errors import Refused
from colorweb_client.manifest import Manifest
from colorweb_client.options import PhotoOptions
from colorweb_client.report import Report
from colorweb_client.sources import NoPhotos, find

GUEST_FILE = ".colorweb.json"
STANDARD = "-"


def run(client: Client, chosen: argparse.Namespace) -> int:
    """Color what was chosen; 0, or 1 if some photos were not colored.

    Raises ColorwebError, OSError, `sources.NoPhotos`, `manifest.Busy`.
    """
    options = _options(chosen)
    if STANDARD in (chosen.out, *chosen.photos):
        return _colorize_one(client, chosen, options)
    out = Path(chosen.out)
    sources = find(
        [Path(photo) for photo in chosen.photos],
        recursive=chosen.recursive,
        exclude=chosen.exclude,
        out=out,
    )
    manifest = Manifest(out)
    if chosen.dry_run:
        _show(plan(manifest, sources, options, overwrite=chosen.overwrite), manifest)
        return 0
    report = Report(len(sources), quiet=chosen.quiet, as_json=chosen.json)
    client.on_pause = report.pause
    client.me(patient=False)  # before anything is begun: is it there, and are we welcome?
    with manifest.locked():
        if not chosen.token:
            be_the_same_guest(client, out)
        tasks = plan(manifest, sources, options, overwrite=chosen.overwrite)
        with closing(
            colorize_all(client, manifest, tasks, options, parallel=chosen.parallel)
        ) as outcomes:
            for outcome in outcomes:
                report.add(outcome)
    report.close()
    return int(report.failed > 0)


def be_the_same_guest(client: Client, folder: Path) -> None:
    """Go on as the guest who began in this folder, so that photos sent before are known."""
    path = folder / GUEST_FILE
    known = _known_guests(path)
    client.token = known.get(client.server)
    if client.token:
        try:
            client.me()
        except Refused as error:
            if error.status != 401:
                raise
            client.token = None  # the server no longer knows this guest
        else:
            return
    known[client.server] = client.become_guest()
    folder.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps(known))


def _known_guests(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _options(chosen: argparse.Namespace) -> PhotoOptions:
    return {
        "vividness": chosen.vividness,
        "network_size": chosen.size,
        "model": chosen.model,
        "format": chosen.format,
        "depth": chosen.depth,
        "reference": chosen.reference,
    }


def _colorize_one(client: Client, chosen: argparse.Namespace, options: PhotoOptions) -> int:
    """A photo from a file or standard input, to a file or standard output."""
    photos: Sequence[str] = chosen.photos
    if len(photos) != 1 or chosen.dry_run or chosen.recursive:
        raise NoPhotos("With - there is one photo, and no -r or --dry-run.")
    client.me(patient=False)
    with tempfile.TemporaryDirectory() as folder:
        photo = Path(photos[0])
        if photos[0] == STANDARD:
            photo = Path(folder) / chosen.name
            with photo.open("wb") as file:
                shutil.copyfileobj(sys.stdin.buffer, file)
        elif not photo.is_file():
            raise NoPhotos(f"There is no file {photo}")
        job = client.colorize(photo, **options)
    if chosen.out == STANDARD:
        client.copy(job, sys.stdout.buffer)
        sys.stdout.buffer.flush()
    else:
        client.download(job, Path(chosen.out))
    return 0


def _show(tasks: Sequence[Task], manifest: Manifest) -> None:
    for task in tasks:
        target = manifest.folder / (task.entry.result or f"{task.entry.target}.*")
        done = " (there already)" if task.is_done else ""
        print(f"{task.source.path} -> {target}{done}")
