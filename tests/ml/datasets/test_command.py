"""Data sets without a browser."""

import json

import pytest
from django.core.management import CommandError, call_command

from ml.models import DataSet
from tests.ml import colors
from tests.ml.datasets.pictures import photo

pytestmark = pytest.mark.django_db(transaction=True)


def test_add_list_show_check_delete(root, tmp_path, capsys):
    files = {f"{seed}.png": colors.png(photo(seed)) for seed in range(10)}
    tar = colors.tar(tmp_path / "photos.tar", files | {"bad.jpg": b""})
    call_command("datasets", "add", "Ours", "--archive", str(tar), "--here")
    assert "9 photos to train on, 1 held out; left out: 1 broken" in capsys.readouterr().out
    call_command("datasets", "list")
    assert "ready" in capsys.readouterr().out
    call_command("datasets", "check", "Ours", "--here")
    capsys.readouterr()
    call_command("datasets", "show", str(DataSet.objects.get().pk)[:6])
    assert json.loads(capsys.readouterr().out)["photos"] == 11
    call_command("datasets", "delete", "Ours")
    assert not DataSet.objects.exists()


def test_what_is_wrong_is_one_clear_line(root, tmp_path):
    picture = colors.folder(tmp_path, 1) / "000.png"
    with pytest.raises(CommandError, match="neither a zip nor a tar"):
        call_command("datasets", "add", "x", "--archive", str(picture))
    with pytest.raises(CommandError, match="There is no /etc in the folders that may be used"):
        call_command("datasets", "add", "x", "--path", "/etc")
    with pytest.raises(CommandError, match="There is no data set called “nobody”"):
        call_command("datasets", "check", "nobody")
