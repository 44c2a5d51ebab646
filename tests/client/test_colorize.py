"""`colorweb colorize` against the real API: what a nightly batch relies on."""

import json
import threading
from pathlib import Path

import pytest
from colorweb_client import Client, NotColored, Refused
from colorweb_client.cli import main

from colorweb.accounts import tokens
from colorweb.accounts.models import User
from colorweb.testing import pictures
from jobs.models import Job, Photo
from ml.imaging.photo_errors import ERRORS

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def colorize(site, album, tmp_path, capsys):
    """Runs the command over the album; its exit code and its stderr."""

    def run(*more: str) -> tuple[int, str]:
        photos = sorted(str(path) for path in album.iterdir())
        place = ["--server", site.url, "--out", str(tmp_path / "out"), "--timeout", "20"]
        code = main(["colorize", *photos, *place, *more])
        return code, capsys.readouterr().err

    return run


def results(tmp_path: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (tmp_path / "out").glob("*-color*")}


def test_every_photo_of_a_folder_is_colored(colorize, worker, tmp_path):
    assert colorize() == (0, "3 of 3 photos\n")
    assert results(tmp_path) == {
        f"{name}-color.jpg": f"colors of {name}.jpg".encode() for name in "abc"
    }
    assert Photo.objects.values("guest").distinct().count() == 1
    assert not list((tmp_path / "out").glob(".*.part"))


def test_what_is_there_already_is_skipped(colorize, worker, tmp_path):
    colorize()
    (tmp_path / "out" / "b-color.jpg").unlink()
    assert colorize() == (0, "3 of 3 photos, 2 were there already\n")
    assert len(results(tmp_path)) == 3


def test_after_a_cut_no_photo_is_colored_twice(colorize, worker, tmp_path):
    colorize()
    for path in (tmp_path / "out").glob("*-color.jpg"):
        path.unlink()
    assert colorize("--quiet") == (0, "")
    assert len(results(tmp_path)) == 3
    assert Job.objects.count() == 3


def test_other_options_are_another_job(colorize, worker):
    colorize()
    assert colorize("--overwrite", "--vividness", "1.5")[0] == 0
    assert sorted(Job.objects.values_list("vividness", flat=True)) == [1, 1, 1, 1.5, 1.5, 1.5]


def test_a_bad_photo_is_named_in_one_line_and_the_others_go_on(colorize, worker, album, tmp_path):
    (album / "b.jpg").write_bytes(b"dear diary")
    code, stderr = colorize()
    assert code == 1
    assert stderr.splitlines() == [
        f"{album / 'b.jpg'}: {ERRORS['not_a_photo']}",
        "3 of 3 photos, 1 failed",
    ]
    assert len(results(tmp_path)) == 2


def test_a_failed_job_is_tried_again_by_the_next_run(colorize, worker, album, tmp_path):
    worker.broken = {"b.jpg"}
    code, stderr = colorize()
    assert (code, stderr.splitlines()[0]) == (1, f"{album / 'b.jpg'}: The file is damaged.")
    worker.broken = set()
    assert colorize()[0] == 0
    assert len(results(tmp_path)) == 3


def test_an_account_colors_by_its_token(colorize, worker, tmp_path):
    ada = User.objects.create_user("ada@example.org")
    _, secret = tokens.create(ada, "nightly", ["read", "write"])
    assert colorize("--token", secret)[0] == 0
    assert set(Photo.objects.values_list("owner__email", flat=True)) == {"ada@example.org"}
    assert not (tmp_path / "out" / ".colorweb.json").exists()


def test_a_guest_is_the_same_guest_in_the_next_run(colorize, worker, tmp_path, site):
    colorize()
    path = tmp_path / "out" / ".colorweb.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(json.loads(path.read_text())) == [site.url]
    colorize("--overwrite", "--size", "128")
    assert Photo.objects.values("guest").distinct().count() == 1


def test_a_guest_whom_the_server_forgot_starts_over(colorize, worker, tmp_path, site):
    (tmp_path / "out").mkdir()
    path = tmp_path / "out" / ".colorweb.json"
    path.write_text(json.dumps({site.url: "nobody:knows"}))
    assert colorize()[0] == 0


def test_a_token_that_is_no_good_ends_the_batch_at_once(colorize, tmp_path):
    code, stderr = colorize("--token", "cw_nonsense")
    assert code == 3
    assert stderr.startswith("Send a token as")
    assert stderr.count("\n") == 1


def test_a_used_up_quota_ends_the_batch(colorize, worker, settings, tmp_path):
    settings.PHOTOS_A_DAY = {"guest": 2, "account": 2}
    code, stderr = colorize("--parallel", "1")
    assert (code, "which is the limit" in stderr) == (3, True)
    assert len(results(tmp_path)) == 2


def test_a_full_queue_is_waited_for(colorize, worker, settings, tmp_path, monkeypatch):
    monkeypatch.setattr("jobs.queue.limits.RETRY_AFTER", 1)
    settings.QUEUE_MAX_WAITING = 0
    threading.Timer(0.5, lambda: setattr(settings, "QUEUE_MAX_WAITING", 100)).start()
    assert colorize()[0] == 0
    assert len(results(tmp_path)) == 3


def test_names_that_differ_in_their_suffix_stay_separate(colorize, worker, album, tmp_path):
    (album / "a.png").write_bytes(pictures.encoded("PNG", seed=9))
    assert colorize()[0] == 0
    assert sorted(results(tmp_path)) == [
        "a-color-2.jpg",
        "a-color.jpg",
        "b-color.jpg",
        "c-color.jpg",
    ]


def test_a_missing_file_is_said_before_anything_is_sent(site, tmp_path, capsys):
    place = ["--server", site.url, "--out", str(tmp_path)]
    assert main(["colorize", "nowhere.jpg", *place]) == 2
    assert capsys.readouterr().err == "There is no file nowhere.jpg\n"


def test_everything_a_job_can_do_works_from_python(site, album):
    with Client(site.url, timeout=5) as client:
        job = client.send(album / "a.jpg", wait=0, vividness=1.2)
        assert job["status"] == "queued"
        assert [found["id"] for found in client.jobs([job["id"]])] == [job["id"]]
        assert client.cancel(job)["status"] == "canceled"
        with pytest.raises(NotColored, match="canceled"):
            client.wait(client.job(job["id"]))
        again = client.retry(job)
        client.delete(again)
        with pytest.raises(Refused) as refused:
            client.job(again["id"])
        assert (refused.value.status, refused.value.code) == (404, "not_found")
        assert client.me()["kind"] == "guest"


def test_a_result_is_downloaded_in_another_format(site, worker, album, tmp_path):
    with Client(site.url, timeout=20) as client:
        job = client.colorize(album / "a.jpg")
        path = client.download(
            job, tmp_path / "a.webp", format="webp", long_side=200, vividness=1.4
        )
    assert path.read_bytes() == b"colors of a.jpg as webp"
