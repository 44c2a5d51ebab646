"""The command `colorweb`."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from colorweb_client import __version__
from colorweb_client.batch import Outcome, SameName, colorize_all
from colorweb_client.client import Client
from colorweb_client.errors import ColorwebError, Refused

ALL_DONE, SOME_FAILED, NOT_UNDERSTOOD, NO_SERVER, INTERRUPTED = 0, 1, 2, 3, 130
GUEST_FILE = ".colorweb.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; its exit code."""
    options = _parser().parse_args(arguments)
    missing = [str(photo) for photo in options.photos if not photo.is_file()]
    if missing:
        return _error(f"There is no file {missing[0]}", NOT_UNDERSTOOD)
    with Client(options.server, options.token, options.timeout) as client:
        report = Report(len(options.photos), quiet=options.quiet)
        try:
            if not options.token:
                _be_the_same_guest(client, options.out)
            outcomes = colorize_all(
                client,
                options.photos,
                options.out,
                parallel=options.parallel,
                overwrite=options.overwrite,
                vividness=options.vividness,
                network_size=options.size,
                model=options.model,
                format=options.format,
                depth=options.depth,
            )
            with closing(outcomes):
                for outcome in outcomes:
                    report.add(outcome)
        except SameName as error:
            return _error(str(error), NOT_UNDERSTOOD)
        except (ColorwebError, OSError) as error:
            report.clear()
            return _error(f"{error} Run the same command again to go on.", NO_SERVER)
        except KeyboardInterrupt:
            report.clear()
            return _error("Interrupted. Run the same command again to go on.", INTERRUPTED)
    report.close()
    return SOME_FAILED if report.failed else ALL_DONE


class Report:
    """One line of progress that stays in its place, and one line for each error, on stderr."""

    def __init__(self, photos: int, *, quiet: bool) -> None:
        self.photos = photos
        self.live = sys.stderr.isatty() and not quiet
        self.quiet = quiet
        self.colored = self.skipped = self.failed = 0

    def add(self, outcome: Outcome) -> None:
        """Count a photo; report what was wrong with it."""
        self.failed += outcome.error is not None
        self.skipped += outcome.skipped
        self.colored += outcome.error is None and not outcome.skipped
        if outcome.error:
            self.clear()
            _error(f"{outcome.photo}: {outcome.error}")
        if self.live:
            sys.stderr.write(f"\r\x1b[K{self.text()}")
            sys.stderr.flush()

    def text(self) -> str:
        """How far it has come."""
        text = f"{self.colored + self.skipped + self.failed} of {self.photos} photos"
        skipped = f", {self.skipped} were there already" if self.skipped else ""
        return text + skipped + (f", {self.failed} failed" if self.failed else "")

    def clear(self) -> None:
        """Make room for another line."""
        if self.live:
            sys.stderr.write("\r\x1b[K")

    def close(self) -> None:
        """The last line."""
        self.clear()
        if not self.quiet:
            sys.stderr.write(f"{self.text()}\n")


def _be_the_same_guest(client: Client, folder: Path) -> None:
    """Go on as the guest who began in this folder, so that photos sent before are known."""
    path = folder / GUEST_FILE
    try:
        known = json.loads(path.read_text())
    except (OSError, ValueError):
        known = {}
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


def _error(text: str, code: int = SOME_FAILED) -> int:
    sys.stderr.write(f"{' '.join(text.split())}\n")
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="colorweb", description=__doc__)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    colorize = commands.add_parser(
        "colorize",
        help="color photos",
        description="Color photos. Run it again after an interruption to go on.",
    )
    add = colorize.add_argument
    add("photos", nargs="+", type=Path, metavar="PHOTO")
    server = os.environ.get("COLORWEB_SERVER", "http://127.0.0.1:8000")
    add("--server", default=server, metavar="URL", help="default: COLORWEB_SERVER, or %(default)s")
    add("--out", "-o", type=Path, required=True, metavar="DIR", help="where results go")
    add(
        "--token",
        default=os.environ.get("COLORWEB_TOKEN"),
        help="an account's; better in COLORWEB_TOKEN. Without one: as a guest",
    )
    add("--vividness", type=float, metavar="0..2", help="0 calm, 1 natural (default), 2 vivid")
    add("--size", type=int, metavar="N", help="short side the network sees, pixels")
    add("--model", metavar="NAME", help="one of the server's models")
    add("--format", choices=("jpeg", "png", "webp", "tiff", "avif"), help="of the results")
    add("--depth", type=int, choices=(8, 16), help="bits a channel; 16 for PNG and TIFF")
    add("--parallel", type=_positive, default=4, metavar="N", help="photos under way at a time")
    add("--overwrite", action="store_true", help="color again what is there already")
    add(
        "--timeout",
        type=float,
        default=600,
        metavar="SECONDS",
        help="how long requests to a busy or unavailable server are retried (%(default)s)",
    )
    add("--patience", dest="timeout", type=float, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    add("--quiet", "-q", action="store_true", help="errors only")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


if __name__ == "__main__":
    sys.exit(main())
