"""Whether one program of this machine does its work: `python -m colorweb.health.probe gpu`.

For containers: exit code 0 if it does, 1 with a line if not.
"""

from __future__ import annotations

import os
import socket
import sys
import urllib.request

from colorweb import celery_app, runtime

SECONDS = 8


def main(program: str) -> int:
    """Asks the web process, the heartbeats of those who color, or the worker itself."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "colorweb.settings")
    try:
        if program == "web":
            _ask_web()
        elif program == "gpu":
            _look_for_heartbeat()
        else:
            _ask_worker(program)
    except Exception as error:  # noqa: BLE001 - whatever is wrong is the answer
        print(f"{program}: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def _ask_web() -> None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{runtime.port()}/readyz", headers={"Host": "127.0.0.1"}
    )
    urllib.request.urlopen(request, timeout=SECONDS).close()  # noqa: S310


def _look_for_heartbeat() -> None:
    from colorweb.health import workers  # noqa: PLC0415 - settings, not needed for the web's

    mine = f"{socket.gethostname()}-"
    if not any(name.startswith(mine) for name in workers.alive()):
        raise TimeoutError("no process here has shown itself within 15 seconds")


def _ask_worker(program: str) -> None:
    name = f"{program}@{socket.gethostname()}"
    if not celery_app.control.inspect([name], timeout=SECONDS).ping():
        raise TimeoutError(f"{name} does not answer")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
