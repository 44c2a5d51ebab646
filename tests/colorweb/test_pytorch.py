"""PyTorch has an environment of its own where the site does without it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from colorweb import pytorch, runtime
from colorweb.health import texts
from colorweb.serve import programs
from colorweb.serve import pytorch as setup


@pytest.fixture
def without(monkeypatch, tmp_path) -> Path:
    """A site without PyTorch, and the folder that it would be installed in."""
    for module in (pytorch, setup):
        monkeypatch.setattr(module, "find_spec", lambda _name: None)
    folder = tmp_path / "training"
    monkeypatch.setattr(pytorch, "FOLDER", folder)
    monkeypatch.setattr(pytorch, "MARKER", folder / ".installed")
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    folder.mkdir()
    return folder


def test_pytorch_of_the_site_needs_no_other():
    assert pytorch.python() == sys.executable
    assert not setup.is_needed()
    assert "pytorch" not in {p.name for ours in programs.groups().values() for p in ours}


def test_make_run_installs_it_beside_the_site(without):
    started = {p.name: p for ours in programs.groups().values() for p in ours}
    assert started["pytorch"].command[-2:] == ["colorweb.serve.pytorch", "--keep-trying"]
    assert "autorestart=unexpected" in started["pytorch"].section()


def test_only_a_complete_environment_of_this_version_counts(without):
    assert pytorch.python() is None
    pytorch.MARKER.write_text("of an older version")
    assert pytorch.python() == str(without / "bin" / "python")  # it trains until it is renewed
    assert setup.is_needed()


def test_those_who_wait_are_told_how_far_it_is(without):
    assert texts.describe(pytorch.problem()) == "PyTorch is not installed there (make pytorch)"
    installation = setup.Installation()
    for line in (
        "Collecting torch==2.14.1 (from -r requirements-torch.txt (line 1))\n",
        "  Downloading torch-2.14.1-cp311-cp311-manylinux_2_28_x86_64.whl (731.5 MB)\n",
        "  Using cached sympy-1.14.0-py3-none-any.whl.metadata (12 kB)\n",
    ):
        installation.take(line)
    pytorch.record(f"pytorch installing:{installation.megabytes:.0f}")
    assert "(732 MB so far)" in texts.waits_for("training", pytorch.problem())
    os.utime(runtime.var_dir() / "pytorch.state", (0, 0))
    assert pytorch.problem() == "pytorch"  # nobody is at it any more
    pytorch.MARKER.touch()
    assert pytorch.problem() == ""


def test_failed_installations_are_named(without):
    pytorch.record("pytorch failed")
    assert "every ten minutes" in texts.describe(pytorch.problem())


@pytest.mark.django_db
def test_runs_and_comparisons_wait_for_it(without, monkeypatch):
    from colorweb import leases  # noqa: PLC0415 - need the settings
    from ml.training import queue, worker  # noqa: PLC0415
    from ml.versions import evaluations  # noqa: PLC0415

    def claim(*_given, **_options):
        raise AssertionError("nothing may be claimed")

    monkeypatch.setattr(queue, "claim", claim)
    monkeypatch.setattr(leases, "claim_one", claim)
    assert worker.work() == 0
    evaluations.work()


COMMAND = """
import sys
sys.modules["torch"] = None
import importlib.util
importlib.util.find_spec = lambda name: None
from colorweb import pytorch
from pathlib import Path
pytorch.find_spec = lambda name: None
pytorch.MARKER = Path(sys.argv.pop(1))
pytorch.FOLDER = pytorch.MARKER.parent
import manage
manage.main()
"""


def test_commands_that_need_it_are_run_where_it_is(tmp_path):
    def train() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", COMMAND, str(tmp_path / ".installed"), "train", "--help"],
            capture_output=True,
            text=True,
            check=False,
            cwd=runtime.REPOSITORY,
            timeout=60,
        )

    assert "make pytorch" in train().stderr
    (tmp_path / ".installed").touch()
    (tmp_path / "bin").mkdir()
    python = tmp_path / "bin" / "python"
    python.write_text('#!/bin/sh\necho "there: $*"\n')
    python.chmod(0o755)
    assert train().stdout.split()[0] == "there:"
