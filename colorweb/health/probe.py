"""Whether one program of this machine is alive: `python -m colorweb.health.probe gpu`.

For containers: exit code 0 if it is, 1 with a line if not. With `--ready`: whether it can do its
work. An outage of what it needs makes it unready, and is no reason to restart it. `site` is
everything that the site needs.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import sys
import urllib.error
import urllib.request

import redis

from colorweb import runtime

SECONDS = 8


class NotWell(Exception):
    """What is wrong, in a line."""


def main(*arguments: str) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m colorweb.health.probe",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("program", choices=["web", "default", "gpu", "training", "site"])
    parser.add_argument("--ready", action="store_true", help="can do its work, not only lives")
    given = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "colorweb.settings")
    try:
        if given.program == "site":
            _ask_web("/readyz?strict=1")
        elif given.program == "web":
            _ask_web("/readyz" if given.ready else "/healthz")
        else:
            _look_for_heartbeat(given.program, ready=given.ready)
    except Exception as error:  # noqa: BLE001 - whatever is wrong is the answer
        print(f"{given.program}: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def _ask_web(path: str) -> None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{runtime.port()}{path}", headers={"Host": "127.0.0.1"}
    )
    try:
        urllib.request.urlopen(request, timeout=SECONDS).close()  # noqa: S310
    except urllib.error.HTTPError as error:
        parts = json.loads(error.read())["parts"]
        wrong = [f"{name}: {problem}" for name, problem in parts.items() if problem != "ok"]
        raise NotWell("; ".join(wrong)) from error


def _look_for_heartbeat(program: str, *, ready: bool) -> None:
    from colorweb.health import heartbeats  # noqa: PLC0415 - settings, not needed for the web's

    try:
        found = heartbeats.processes(program)
    except redis.RedisError:
        if ready:
            raise
        return  # nobody can show that he lives; that is the broker's fault
    here = {
        name: each for name, each in found.items() if name.startswith(f"{socket.gethostname()}-")
    }
    if not here:
        raise NotWell("no process here has shown itself within 15 seconds")
    if ready and all(here.values()):
        raise NotWell(f"no process here can work: {', '.join(sorted(set(here.values())))}")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
