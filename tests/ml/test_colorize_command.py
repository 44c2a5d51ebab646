"""`manage.py colorize`: the whole job without a server."""

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from PIL import Image

from ml.imaging import photos
from ml.management.commands.colorize import plan
from ml.resnet_gray.network import weights
from tests.ml import files


@pytest.fixture(autouse=True)
def model(tmp_path_factory, monkeypatch) -> Path:
    """An untrained network as the default."""
    path = tmp_path_factory.mktemp("weights") / "untrained.safetensors"
    weights.save(path, *weights.untrained())
    monkeypatch.setenv("COLORWEB_MODEL", str(path))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two photos, one of them in a folder below, and a text file that is none of ours."""
    home = tmp_path / "album"
    (home / "1910").mkdir(parents=True)
    (home / "a.jpg").write_bytes(files.encoded(files.ramp(), "JPEG").getvalue())
    (home / "1910" / "b.png").write_bytes(files.encoded(files.ramp(), "PNG").getvalue())
    (home / "notes.txt").write_text("who is who")
    return home


def colorize(*args: str | Path) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("colorize", *map(str, args), "--size=64", stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def names(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_photo_gets_a_colored_copy_beside_it(folder):
    source = (folder / "a.jpg").read_bytes()
    out, err = colorize(folder / "a.jpg")
    result = photos.read(folder / "a-color.jpg").rgb
    assert result.shape == (48, 64, 3)
    assert np.ptp(result, axis=2).any()
    assert (folder / "a.jpg").read_bytes() == source
    assert out.startswith("Colored 1 photo in ")
    assert out.count("\n") == 1
    assert err == ""


def test_a_hint_gives_a_place_its_color(folder):
    colorize(folder / "a.jpg")
    plain = photos.read(folder / "a-color.jpg").rgb.astype(int)
    colorize(folder / "a.jpg", "--hint", "0.5,0.5,#3050c0")
    mended = photos.read(folder / "a-color.jpg").rgb.astype(int)
    red, _green, blue = mended[22:26, 30:34].mean(axis=(0, 1))
    assert blue > red + 20
    assert np.abs(mended - plain).max() > 20


def test_folder_keeps_its_order_in_another(folder, tmp_path):
    colorize(folder, "-o", tmp_path / "out")
    assert names(tmp_path / "out") == ["1910/b-color.jpg", "a-color.jpg"]


def test_second_run_over_a_folder_leaves_results_alone(folder):
    colorize(folder)
    colorize(folder)
    expected = ["1910/b-color.jpg", "1910/b.png", "a-color.jpg", "a.jpg", "notes.txt"]
    assert names(folder) == expected


def test_file_named_decides_the_format(folder, tmp_path):
    colorize(folder / "a.jpg", "-o", tmp_path / "result.webp")
    assert photos.read(tmp_path / "result.webp").format == "webp"


def test_transparent_photo_becomes_a_png(tmp_path):
    rgba = np.zeros((32, 32, 4), np.uint8)
    rgba[:9, :, 3] = 255
    (tmp_path / "seal.png").write_bytes(files.encoded(rgba, "PNG").getvalue())
    colorize(tmp_path / "seal.png")
    alpha = photos.read(tmp_path / "seal-color.png").alpha
    assert alpha is not None
    assert np.array_equal(alpha, rgba[..., 3])


def test_broken_photo_is_named_and_the_others_are_colored(folder, tmp_path):
    (folder / "broken.jpg").write_bytes(b"not a photo")
    err = StringIO()
    with pytest.raises(CommandError, match=r"1 of 3 photos could not be colored\."):
        call_command("colorize", str(folder), "-o", str(tmp_path / "out"), "--size=64", stderr=err)
    assert "broken.jpg: This is not a photo." in err.getvalue()
    assert names(tmp_path / "out") == ["1910/b-color.jpg", "a-color.jpg"]


def test_what_is_skipped_and_what_failed_is_said(folder, tmp_path):
    (folder / "broken.jpg").write_bytes(files.camera_file().getvalue()[:300])
    (folder / "scan").write_bytes(files.encoded(files.ramp(), "JPEG").getvalue())
    (folder / ".hidden").touch()
    err = StringIO()
    with pytest.raises(CommandError, match=r"1 of 3 photos could not be colored\."):
        call_command("colorize", str(folder), "-o", str(tmp_path / "out"), "--size=64", stderr=err)
    skipped, failed = err.getvalue().splitlines()
    names = f"{folder / 'notes.txt'}, {folder / 'scan'}"
    assert skipped == f"Skipped, as their names are not those of photos: {names}."
    assert failed.startswith(f"{folder / 'broken.jpg'}: The file is incomplete.")


def test_source_is_never_overwritten(folder):
    before = (folder / "a.jpg").read_bytes()
    with pytest.raises(CommandError, match="is the photo itself"):
        colorize(folder / "a.jpg", "-o", folder / "1910" / ".." / "a.jpg")
    (folder / "a-color.jpg").write_bytes(before)
    colorize(folder / "a.jpg", folder / "a-color.jpg")
    assert (folder / "a.jpg").read_bytes() == (folder / "a-color.jpg").read_bytes() == before
    assert (folder / "a-color-2.jpg").exists()


def test_photos_of_one_name_get_two_results(tmp_path):
    for name in ("a.jpg", "a.png"):
        (tmp_path / name).touch()
    targets = [target.name for _, target in plan([tmp_path], None)]
    assert targets == ["a-color", "a-color-2"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["missing.jpg"], "There is no file or folder missing.jpg"),
        (["{folder}", "-o", "one.jpg"], "2 photos do not fit one file"),
        (["{folder}", "-o", "one.psd"], "results are .jpg"),
        (["{folder}/a.jpg", "--model", "nobody"], "no model called 'nobody'"),
        (["{folder}/a.jpg", "--vividness", "3"], "between 0 and 2"),
        (["{folder}/a.jpg", "--hint", "0.5,0.5,blue"], "a hint is X,Y,#RRGGBB"),
        (["{folder}/a.jpg", "--hint", "0.5,1.5,#3050a0"], "a hint is X,Y,#RRGGBB"),
    ],
)
def test_mistakes_are_reported_in_one_line(folder, args, message):
    with pytest.raises(CommandError, match=message) as error:
        colorize(*[arg.format(folder=folder) for arg in args])
    assert "\n" not in str(error.value)


def test_command_runs_by_itself_without_a_database(folder, tmp_path):
    (folder / "broken.jpg").write_bytes(b"")
    environment = os.environ | {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}
    command = [sys.executable, "manage.py", "colorize", folder, "-o", tmp_path / "out", "--size=64"]
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert "broken.jpg: The file is empty." in done.stderr
    assert done.stderr.endswith("CommandError: 1 of 3 photos could not be colored.\n")
    assert Image.open(tmp_path / "out" / "a-color.jpg").size == (64, 48)
