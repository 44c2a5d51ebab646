"""The registry on a machine without a browser."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from ml.versions import registry
from tests.ml import networks

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def folder(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MODEL_CACHE = tmp_path / "cache"
    return tmp_path


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("models", *arguments, stdout=out)
    return out.getvalue()


def test_a_model_comes_in_goes_into_service_and_out_again(folder, settings):
    settings.CANARY_STEPS = []
    path = networks.good_file(folder)
    assert "Kept as friend@" in run("import", str(path), "--name", "friend")
    with pytest.raises(CommandError, match="has not been compared"):
        run("promote", "friend")
    assert "In service: friend@" in run("promote", "friend", "--reason", "a test")
    assert {"version": str(registry.current()), "in_service": True} in json.loads(
        run("list", "--json")
    )
    assert f"* {registry.current()}" in run("list")
    run("export", "friend", "-o", str(folder / "out.safetensors"))
    assert (folder / "out.safetensors").read_bytes() == path.read_bytes()
    assert "In service: resnet-gray-unet@" in run("rollback")
    assert "archived" in run("archive", "friend")


def test_a_model_that_does_not_color_the_samples_ends_the_command_with_1(folder):
    run("import", str(networks.file(folder, 1)), "--name", "burnt")
    with pytest.raises(CommandError, match="far too strong") as refused:
        run("promote", "burnt", "--reason", "whatever")
    assert refused.value.returncode == 1
    assert registry.current().ships


def test_a_model_that_colors_them_is_left_to_its_canary(folder):
    run("import", str(networks.good_file(folder)), "--name", "friend")
    assert "tried on 5 % of owners" in run("promote", "friend", "--reason", "a test")
    assert "0 of 20 photos" in run("canary")
    with pytest.raises(CommandError, match="the next one needs 20"):
        run("advance")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["promote", "nobody"], "There is no model called 'nobody'"),
        (["rollback"], "no version in service before"),
        (["evaluate", "resnet-gray-unet"], "in service already"),
        (["import", "/nowhere/x.safetensors"], "No such file"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(arguments, message):
    with pytest.raises(CommandError, match=message):
        run(*arguments)
