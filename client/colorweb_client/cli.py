"""The command `colorweb`: colors photos with a colorweb server."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

from colorweb_client import __version__, colorize, commands, completion
from colorweb_client.client import Client
from colorweb_client.errors import ColorwebError, NotColored
from colorweb_client.manifest import Busy
from colorweb_client.options import SUFFIXES
from colorweb_client.sources import NoPhotos

ALL_DONE, SOME_FAILED, NOT_UNDERSTOOD, NO_SERVER, INTERRUPTED = 0, 1, 2, 3, 130
HOME = "http://127.0.0.1:8000"

Parsers = dict[str, argparse.ArgumentParser]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; its exit code."""
    parser, by_name = _parser()
    chosen = _chosen(parser, by_name, sys.argv[1:] if arguments is None else arguments)
    if chosen.command == "completion":
        sys.stdout.write(completion.script(chosen.shell, by_name))
        return ALL_DONE
    chosen.token = chosen.token or os.environ.get("COLORWEB_TOKEN")
    again = " Run the same command again to go on." if chosen.command == "colorize" else ""
    try:
        with Client(chosen.server, chosen.token, chosen.timeout) as client:
            code: int = chosen.run(client, chosen)
    except (NoPhotos, Busy) as error:
        code = _error(str(error), NOT_UNDERSTOOD)
    except NotColored as error:
        code = _error(str(error), SOME_FAILED)
    except BrokenPipeError:  # who reads our output has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = ALL_DONE
    except (ColorwebError, OSError) as error:
        code = _error(f"{error}{again}", NO_SERVER)
    except KeyboardInterrupt:
        code = _error(f"Interrupted.{again}", INTERRUPTED)
    return code


def _chosen(parser: argparse.ArgumentParser, by_name: Parsers, arguments: Sequence[str]) -> Any:
    """The command and its options, which may stand between photos: a subparser refuses that."""
    if arguments and (one := by_name.get(arguments[0])):
        return one.parse_intermixed_args(arguments[1:], argparse.Namespace(command=arguments[0]))
    return parser.parse_args(arguments)


def _error(text: str, code: int) -> int:
    clear = "\r\x1b[K" if sys.stderr.isatty() else ""
    sys.stderr.write(f"{clear}{' '.join(text.split())}\n")
    return code


def _parser() -> tuple[argparse.ArgumentParser, Parsers]:
    parser = argparse.ArgumentParser(
        prog="colorweb",
        description=__doc__,
        epilog="COLORWEB_SERVER and COLORWEB_TOKEN say where the server is, and who you are.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    group = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")
    by_name: Parsers = {}

    def add(name: str, run: Callable[..., int], text: str, more: str = "") -> Callable[..., object]:
        one = group.add_parser(name, help=text, description=f"{text.capitalize()}. {more}".strip())
        one.set_defaults(run=run)
        by_name[name] = one
        _add_server(one.add_argument)
        return one.add_argument

    _add_colorize(
        add("colorize", colorize.run, "color photos", "Run it again after a cut to go on.")
    )
    _add_commands(add)
    one = group.add_parser("completion", help="print a script for your shell")
    one.add_argument("shell", choices=completion.SHELLS)
    by_name["completion"] = one
    return parser, by_name


def _add_server(add: Callable[..., object]) -> None:
    server = os.environ.get("COLORWEB_SERVER", HOME)
    add("--server", default=server, metavar="URL", help="default: COLORWEB_SERVER, or %(default)s")
    add("--token", help="an account's; better in COLORWEB_TOKEN. Without one: as a guest")
    add(
        "--timeout",
        type=float,
        default=600,
        metavar="SECONDS",
        help="how long requests to a busy or unavailable server are retried (%(default)s)",
    )
    add("--patience", dest="timeout", type=float, default=argparse.SUPPRESS, help=argparse.SUPPRESS)


def _add_colorize(add: Callable[..., object]) -> None:
    add(
        "photos", nargs="+", metavar="PHOTO", help="files, folders with -r, or - for standard input"
    )
    add("--out", "-o", required=True, metavar="DIR", help="where results go; - is standard output")
    add("--recursive", "-r", action="store_true", help="take folders, and keep them")
    add(
        "--exclude",
        action="append",
        default=[],
        metavar="PATTERN",
        help="pass over what has such a name or path, as *.tif or scans/*; may be repeated",
    )
    add("--dry-run", "-n", action="store_true", help="say what would be done, and send nothing")
    add("--json", action="store_true", help="a line of JSON for each photo, on standard output")
    add("--vividness", type=float, metavar="0..2", help="0 calm, 1 natural (default), 2 vivid")
    add("--size", type=int, metavar="N", help="short side the network sees, pixels")
    add("--model", metavar="NAME", help="one of the server's models")
    add("--format", choices=tuple(SUFFIXES), help="of the results")
    add("--depth", type=int, choices=(8, 16), help="bits a channel; 16 for PNG and TIFF")
    add("--reference", metavar="TEXT", help="yours, to find the jobs by")
    add("--name", default="stdin", help="of the photo from standard input")
    add("--parallel", type=_positive, default=4, metavar="N", help="photos under way at a time")
    add("--overwrite", action="store_true", help="fetch again what is there already")
    add("--quiet", "-q", action="store_true", help="errors only")


def _add_commands(add: Callable[..., Callable[..., object]]) -> None:
    states = ("queued", "running", "succeeded", "failed", "canceled")
    one = add("list", commands.list_jobs, "list your jobs, the newest first")
    one("--status", choices=states)
    one("--reference", metavar="TEXT", help="only with this reference")
    _add_listing(one)
    one = add("get", commands.get, "fetch results")
    one("jobs", nargs="+", metavar="JOB", help="ids of jobs")
    one("--out", "-o", default=".", metavar="DIR", help="where they go (this folder)")
    one("--format", choices=tuple(SUFFIXES), help="another one than the job's")
    one("--long-side", type=_positive, metavar="N", help="pixels; smaller than the photo")
    one = add("delete", commands.delete, "delete photos, by their jobs")
    one("jobs", nargs="+", metavar="JOB", help="ids of jobs")
    one("--for-good", action="store_true", help="past the trash, at once")
    one = add("gallery", commands.gallery, "see what others have published")
    one("--order", choices=("newest", "likes"), default="newest")
    _add_listing(one)


def _add_listing(add: Callable[..., object]) -> None:
    add("--limit", type=_positive, default=50, metavar="N", help="at most so many (%(default)s)")
    add("--json", action="store_true", help="a line of JSON for each")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


if __name__ == "__main__":
    sys.exit(main())
