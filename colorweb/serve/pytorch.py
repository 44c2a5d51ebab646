"""Installs PyTorch into an environment of its own, never into that of the running site.

`make pytorch` does it once; `make run` lets it go on beside the site, again and again until it is
there (`--keep-trying`).
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import sysconfig
import threading
import time
from importlib.util import find_spec
from pathlib import Path

from colorweb import pytorch, runtime

REQUIREMENTS = runtime.REPOSITORY / "requirements-torch.txt"
START_AFTER, RETRY_AFTER = 30, 600  # seconds; the site starts first
RECORD_EVERY = 5.0
FETCHED = re.compile(r"^\s*(?:Downloading|Using cached) \S+ \(([\d.]+) (kB|MB|GB)\)")
"""What pip says when it begins with a file."""
MEGABYTES = {"kB": 0.001, "MB": 1.0, "GB": 1000.0}


class Installation:
    """One installation, and how far it is."""

    def __init__(self) -> None:
        self.megabytes = 0.0  # of the files that pip has begun with

    def run(self) -> bool:
        """Makes the environment; whether it is complete."""
        pytorch.MARKER.unlink(missing_ok=True)
        subprocess.run([sys.executable, "-m", "venv", str(pytorch.FOLDER)], check=True)  # noqa: S603
        ours = Path(sysconfig.get_path("purelib"))
        theirs = pytorch.FOLDER / ours.relative_to(sys.prefix)
        (theirs / "colorweb.pth").write_text(f"{ours}\n")
        pip = [str(pytorch.FOLDER / "bin" / "python"), "-m", "pip", "install"]
        pip += ["--disable-pip-version-check", "--require-hashes", "-r", str(REQUIREMENTS)]
        with subprocess.Popen(  # noqa: S603
            pip, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            assert process.stdout is not None  # noqa: S101
            for line in process.stdout:
                self.take(line)
        if process.returncode == 0:
            pytorch.MARKER.write_text(_wanted())
        return process.returncode == 0

    def take(self, line: str) -> None:
        """A line of pip's."""
        print(line, end="", flush=True)
        if found := FETCHED.match(line):
            self.megabytes += float(found[1]) * MEGABYTES[found[2]]


def is_needed() -> bool:
    """Whether it is not here, or not as this version of the site wants it."""
    if find_spec("torch"):
        return False
    return not pytorch.MARKER.exists() or pytorch.MARKER.read_text() != _wanted()


def _wanted() -> str:
    return hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()


def _record(installation: Installation, ended: threading.Event) -> None:
    while not ended.wait(RECORD_EVERY):
        pytorch.record(f"pytorch installing:{installation.megabytes:.0f}")


def keep_trying() -> None:
    """Installs it, however often that fails, and tells how far it is."""
    pytorch.record("pytorch installing:0")
    time.sleep(START_AFTER)
    while is_needed():
        installation, ended = Installation(), threading.Event()
        thread = threading.Thread(target=_record, args=(installation, ended), daemon=True)
        thread.start()
        try:
            if installation.run():
                return
        except (OSError, subprocess.SubprocessError) as error:
            print(error, flush=True)  # into its log
        finally:
            ended.set()
            thread.join()
        deadline = time.monotonic() + RETRY_AFTER
        while time.monotonic() < deadline:
            pytorch.record("pytorch failed")
            time.sleep(RECORD_EVERY)


def main() -> int:
    """The command."""
    if "--keep-trying" in sys.argv[1:]:
        keep_trying()
        return 0
    return 0 if not is_needed() or Installation().run() else 1


if __name__ == "__main__":
    sys.exit(main())
