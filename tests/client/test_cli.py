"""`colorweb colorize` loses nothing: a result belongs to its photo, whatever collides or is cut."""

import errno
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from colorweb_client.cli import main
from colorweb_client.client import Client
from colorweb_client.manifest import FOLDER, Manifest
from django.conf import settings

from colorweb.testing import pictures
from jobs.models import Job, Photo

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run(site, tmp_path, capsys):
    """Runs the command with an output folder; its exit code and what it printed."""

    def run(*arguments: object) -> tuple[int, str, str]:
        place = ["--server", site.url, "--out", str(tmp_path / "out"), "--timeout", "20"]
        code = main(["colorize", *map(str, arguments), *place])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def photos(folder: Path, *names: str) -> list[Path]:
    """Photos that all differ, in folders."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pictures.encoded(seed=len(list(folder.rglob("*.*")))))
    return [folder / name for name in names]


def results(tmp_path: Path) -> set[str]:
    found = (path.relative_to(tmp_path / "out") for path in (tmp_path / "out").rglob("*-color*"))
    return {path.as_posix() for path in found if FOLDER not in path.parts}


def test_the_same_name_from_two_folders_makes_two_results(run, worker, tmp_path):
    first, second = photos(tmp_path, "x/a.jpg", "y/a.jpg")
    assert run(first)[0] == 0
    assert run(second)[0] == 0
    assert run(first, second)[2] == "2 of 2 photos, 2 were there already\n"
    assert results(tmp_path) == {"a-color.jpg", "a-color-2.jpg"}
    assert Job.objects.count() == 2


def test_other_options_never_count_as_done_nor_take_a_name(run, worker, tmp_path):
    [photo] = photos(tmp_path, "a.jpg")
    run(photo)
    before = (tmp_path / "out" / "a-color.jpg").stat().st_mtime_ns
    assert run(photo, "--vividness", "1.5")[2] == "1 of 1 photos\n"
    assert results(tmp_path) == {"a-color.jpg", "a-color-2.jpg"}
    assert (tmp_path / "out" / "a-color.jpg").stat().st_mtime_ns == before
    assert "1 were there already" in run(photo, "--vividness", "1.5")[2]


def test_a_photo_that_was_changed_is_colored_again(run, worker, tmp_path):
    [photo] = photos(tmp_path, "a.jpg")
    run(photo)
    photo.write_bytes(pictures.encoded(seed=77))
    assert run(photo)[2] == "1 of 1 photos\n"
    os.utime(photo)  # touched, with the same content
    assert "1 were there already" in run(photo)[2]
    assert results(tmp_path) == {"a-color.jpg"}


def test_what_others_have_put_there_is_never_overwritten(run, worker, tmp_path):
    [photo] = photos(tmp_path, "a.jpg")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a-color.jpg").write_bytes(b"mine")
    run(photo)
    assert (tmp_path / "out" / "a-color.jpg").read_bytes() == b"mine"
    assert results(tmp_path) == {"a-color.jpg", "a-color-2.jpg"}


def test_folders_go_in_and_come_out_the_same(run, worker, tmp_path):
    photos(tmp_path / "in", "1931/a.jpg", "1931/summer/a.jpg", "b.PNG", ".hidden/c.jpg", "d.tif")
    (tmp_path / "in" / "notes.txt").write_text("dear diary")
    assert run(tmp_path / "in")[0] == 2
    assert run(tmp_path / "in", "-r", "--exclude", "*.tif", "--exclude", "1931/summer/*")[0] == 0
    assert results(tmp_path) == {"1931/a-color.jpg", "b-color.jpg"}
    assert run(tmp_path / "in", "-r")[2] == "4 of 4 photos, 2 were there already\n"
    assert "1931/summer/a-color.jpg" in results(tmp_path)


def test_a_dry_run_sends_nothing_and_says_what_would_be(run, worker, tmp_path):
    first, second = photos(tmp_path, "a.jpg", "b.jpg")
    run(first)
    code, out, _ = run(first, second, "--dry-run")
    folder = tmp_path / "out"
    assert (code, out.splitlines()) == (
        0,
        [
            f"{first} -> {folder / 'a-color.jpg'} (there already)",
            f"{second} -> {folder / 'b-color'}.*",
        ],
    )
    assert Photo.objects.count() == 1


def test_options_may_stand_between_photos(run, tmp_path):
    first, second = photos(tmp_path, "a.jpg", "b.jpg")
    code, out, _ = run(first, "--dry-run", second, "--depth", 8)
    assert (code, len(out.splitlines())) == (0, 2)


def test_json_has_a_line_for_each_photo(run, worker, tmp_path):
    good, bad = photos(tmp_path, "a.jpg", "b.jpg")
    bad.write_bytes(b"dear diary")
    code, out, _ = run(good, bad, "--json", "--parallel", 1)
    first, second = map(json.loads, out.splitlines())
    assert (code, first["status"], first["error"]) == (1, "colored", None)
    assert first["result"] == str(tmp_path / "out" / "a-color.jpg")
    assert (second["status"], second["error"]["code"]) == ("failed", "not_a_photo")


def test_a_full_disk_stops_the_sending(run, worker, tmp_path, monkeypatch):
    def full(*_arguments: object, **_more: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Client, "download", full)
    code, _, stderr = run(*photos(tmp_path, "a.jpg", "b.jpg", "c.jpg"), "--parallel", 1)
    assert (code, "No space left on device" in stderr, stderr.count("\n")) == (3, True, 1)
    assert Photo.objects.count() == 1


def test_two_commands_do_not_write_into_one_folder(run, worker, tmp_path):
    [photo] = photos(tmp_path, "a.jpg")
    with Manifest(tmp_path / "out").locked():
        code, _, stderr = run(photo)
    assert (code, "Another colorweb writes into" in stderr) == (2, True)
    assert not Photo.objects.exists()


def test_an_interrupted_command_ends_within_a_second(tmp_path):
    [photo] = photos(tmp_path, "a.jpg")
    with socket.create_server(("127.0.0.1", 0)) as mute:
        address = f"http://127.0.0.1:{mute.getsockname()[1]}"
        place = ["--server", address, "--out", str(tmp_path / "out")]
        program = subprocess.Popen(
            [sys.executable, "-m", "colorweb_client.cli", "colorize", str(photo), *place],
            env={**os.environ, "PYTHONPATH": str(settings.BASE_DIR / "client")},
            stderr=subprocess.PIPE,
            text=True,
            # Not as in a shell's background, where it would be ignored.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
        )
        asked, _ = mute.accept()
        with asked:  # it has asked, and waits for an answer
            began = time.monotonic()
            program.send_signal(signal.SIGINT)
            _, stderr = program.communicate(timeout=60)
    assert time.monotonic() - began < 1
    assert (program.returncode, stderr.count("\n")) == (130, 1)


def test_a_job_that_was_sent_before_the_cut_goes_on_where_it_was(run, worker, tmp_path, site):
    [photo] = photos(tmp_path, "a.jpg")
    run(photo)
    manifest = tmp_path / "out" / FOLDER / "manifest.jsonl"
    lines = manifest.read_text().splitlines()
    manifest.write_text("\n".join([*lines[:2], lines[2][:30]]))  # cut while it was written
    (tmp_path / "out" / "a-color.jpg").unlink()
    assert run(photo)[0] == 0
    assert results(tmp_path) == {"a-color.jpg"}
    assert Job.objects.count() == 1


@pytest.mark.usefixtures("worker")
def test_jobs_are_listed_fetched_and_deleted(run, tmp_path, site, capsys, monkeypatch):
    [photo] = photos(tmp_path, "a.jpg")
    run(photo, "--reference", "box 12")
    token = json.loads((tmp_path / "out" / ".colorweb.json").read_text())[site.url]
    monkeypatch.setenv("COLORWEB_TOKEN", token)
    monkeypatch.setenv("COLORWEB_SERVER", site.url)
    job = Job.objects.get()
    assert main(["list", "--reference", "box 12"]) == 0
    assert capsys.readouterr().out == f"{job.pk}  succeeded  a.jpg\n"
    assert main(["get", str(job.pk), "--out", str(tmp_path / "got"), "--format", "png"]) == 0
    [got] = (tmp_path / "got").iterdir()
    assert (got.name, got.read_bytes()) == (
        f"a-color-{str(job.pk)[:8]}.png",
        b"colors of a.jpg as png",
    )
    assert main(["delete", str(job.pk)]) == 0
    assert main(["gallery"]) == 0
    assert not Photo.objects.exists()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete_commands_and_options(shell, capsys):
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert "gallery" in script
    assert ("-l dry-run" if shell == "fish" else "--dry-run") in script


def test_bash_completes(tmp_path, capsys):
    main(["completion", "bash"])
    ask = "COMP_WORDS=(colorweb colorize --dry); COMP_CWORD=2; _colorweb; echo ${COMPREPLY[@]}"
    script = f"{capsys.readouterr().out}\n{ask}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "--dry-run\n"
