"""Starts everything on this machine, reports when it is ready, and stops it all on Ctrl-C.

With the name of a program this process becomes that one alone: for containers, and for machines
that share the work. "prepare" brings database and storage up to date, once for all of them.

Settings come from the environment; docs/operations.md describes each.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import fcntl
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from typing import IO

from colorweb import machines, runtime
from colorweb.refusal import refusal
from colorweb.serve import checks, programs

NEEDED = ("database", "broker", "storage", "gpu")  # to color a photo
HINT_AFTER = 120  # seconds until slow progress gets a hint
PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m colorweb.serve",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("program", nargs="?", help="this one alone")
    program = parser.parse_args().program
    os.umask(0o077)  # of all programs that it starts: photos, rows and logs are nobody else's
    try:
        machines.check_or_exit(program or "")
        _make_folders()
        if program:
            _check_settings()
        if program == "prepare":
            _prepare()
            return 0
        if program:
            programs.become(program)
        with _lock():
            _check_port()
            checks.check_model()
            # In a process of its own: this one stays, and has no use for Django.
            code = subprocess.run([sys.executable, "-m", "colorweb.serve", "prepare"], check=False)
            return code.returncode or _supervise()
    except OSError as error:  # a secret's file, a folder
        print(f"colorweb: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _print_line(line: str) -> None:
    print(f"colorweb: {line}", flush=True)


def _check_settings() -> None:
    from colorweb import settings  # noqa: F401, PLC0415 - reads them all


def _prepare() -> None:
    _print_line("Preparing the database")
    from colorweb.serve.prepare import prepare  # noqa: PLC0415 - slow, after the checks

    prepare()


def _make_folders() -> None:
    for folder in (runtime.var_dir(), runtime.log_dir()):
        runtime.make_private(folder)
        _close_files(folder)
    run_dir = runtime.run_dir()
    run_dir.mkdir(mode=0o700, exist_ok=True)
    if run_dir.stat().st_uid != os.getuid():
        raise refusal(f"{run_dir} belongs to somebody else. Set VAR_DIR to a folder of yours.")
    # Every process must find the same folder, wherever it was started.
    os.environ["VAR_DIR"] = str(runtime.var_dir())


def _close_files(folder: Path) -> None:
    """Nobody else on this machine reads what is in it; earlier versions let them."""
    with contextlib.suppress(PermissionError):  # they belong to somebody else, who decides
        for file in filter(Path.is_file, folder.iterdir()):
            file.chmod(0o600)


def _lock() -> IO[str]:
    """Keeps a second run off this VAR_DIR; the kernel lets go of it however this process ends."""
    lock = (runtime.run_dir() / "serve.lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.seek(0)
        raise refusal(
            f"Already running on {runtime.var_dir()} (process {lock.read().strip()}). "
            "Stop that one first, or give this one another VAR_DIR and PORT."
        ) from error
    if _answers(runtime.run_dir() / "supervisor.sock"):
        pid = (runtime.run_dir() / "supervisord.pid").read_text().strip()
        raise refusal(
            f"Processes of an earlier run on {runtime.var_dir()} are still there. "
            f"Stop them with: kill {pid}"
        )
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    return lock


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(path)) == 0


def _check_port() -> None:
    host, port = runtime.host(), runtime.port()
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise refusal(
                f"Cannot listen on {host}:{port} ({error.strerror}). "
                f"Choose another port: PORT={port + 1} make run"
            ) from error


def _supervise() -> int:
    configuration = runtime.run_dir() / "supervisord.conf"
    configuration.write_text(programs.configuration())
    _print_line("Starting the processes")
    # Its own session: Ctrl-C reaches only this process, which then stops the others in order.
    supervisor = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "supervisor.supervisord", "-c", str(configuration)],
        cwd=runtime.REPOSITORY,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        start_new_session=True,
        preexec_fn=_stop_with_parent,  # noqa: PLW1509 - there are no threads here
    )
    stopping = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True
        supervisor.terminate()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)

    _announce(supervisor)
    code = supervisor.wait()
    if stopping:
        _print_line("Stopped")
        return 0
    raise refusal(f"The supervisor ended ({code}). See {runtime.log_dir()}/supervisord.log")


def _stop_with_parent() -> None:
    """Asks the kernel to stop the supervisor, in order, when this process is killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _announce(supervisor: subprocess.Popen[bytes]) -> None:
    """Tells what is being waited for, until a photo could be colored or all ends."""
    began = time.monotonic()
    loading = hinted = False
    while supervisor.poll() is None:
        parts = _readiness()
        waiting = {name for name in NEEDED if parts.get(name) != "ok"} if parts else {"web"}
        if not waiting:
            seconds = time.monotonic() - began
            _print_line(f"Ready after {seconds:.0f} s on {runtime.site_url()} (Ctrl-C stops it)")
            return
        if waiting == {"gpu"} and not loading:
            loading = True
            _print_line("Loading the network")
        if time.monotonic() - began > HINT_AFTER and not hinted:
            hinted = True
            what = ", ".join(sorted(waiting))
            _print_line(f"Still waiting for: {what}. The logs in {runtime.log_dir()} say why.")
        time.sleep(0.5)


def _readiness() -> dict[str, str]:
    """The parts that /readyz?worker=1 looked at; empty while the web does not answer."""
    host = "127.0.0.1" if runtime.host() in ("0.0.0.0", "::") else runtime.host()  # noqa: S104
    connection = http.client.HTTPConnection(host, runtime.port(), timeout=10)
    try:
        connection.request("GET", "/readyz?worker=1", headers={"Host": "127.0.0.1"})
        return json.loads(connection.getresponse().read())["parts"]
    except (OSError, http.client.HTTPException, ValueError, KeyError):
        return {}
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
