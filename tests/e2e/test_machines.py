"""The site on several machines: PostgreSQL, a broker and S3 shared, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from colorweb.testing import databases, pictures, s3
from colorweb.testing.guest import Guest
from colorweb.testing.machines import Machines
from colorweb.testing.postgres import Postgres
from colorweb.testing.waiting import wait_for
from tests.ml import colors
from tests.ml.datasets.pictures import photo

pytestmark = pytest.mark.long

SEVERAL = 6


@pytest.fixture(scope="module")
def machines(
    tmp_path_factory: pytest.TempPathFactory, postgres: Postgres, s3_server: str
) -> Iterator[Machines]:
    """Web here, two machines that color there."""
    folder = tmp_path_factory.mktemp("machines")
    with databases.temporary(postgres.url) as database:
        at_once = {"CANARY_STEPS": "0"}  # into service when it is checked
        machines = Machines(folder, database, s3_server, at_once)
        try:
            machines.start()
            yield machines
        finally:
            print(machines.logs())
            machines.stop()


@pytest.fixture
def guest(machines: Machines) -> Guest:
    """Somebody new at the REST API."""
    return Guest(machines)


def test_photos_are_colored_on_all_machines_and_served_by_one(
    machines: Machines, guest: Guest
) -> None:
    photos = [pictures.jpeg(1200 + 10 * number, 900) for number in range(SEVERAL)]
    jobs = [guest.post("old.jpg", photo).json()["id"] for photo in photos]
    done = [guest.wait(job, seconds=120) for job in jobs]
    assert {job["status"] for job in done} == {"succeeded"}
    assert len(machines.rows("SELECT DISTINCT worker FROM jobs_job")) == 2

    address = done[0]["urls"]["result"]
    whole = guest.get(address)
    part = guest.http.get(address, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, whole[100:200])
    again = guest.http.get(address, headers={"If-None-Match": part.headers["ETag"]})
    assert again.status_code == 304
    assert Guest(machines).http.get(address).status_code == 404


def test_no_machine_keeps_a_photo(machines: Machines, guest: Guest) -> None:
    guest.wait(guest.post("old.jpg", pictures.jpeg()).json()["id"])
    assert not list(machines.folder.glob("*/media"))
    assert not [path for path in machines.folder.glob("*/uploads/*") if path.stat().st_size]
    job = guest.post("gone.jpg", pictures.jpeg()).json()
    guest.wait(job["id"])
    folder = f"photos/{job['photo']['id'][:2]}/{job['photo']['id']}"
    assert stored(machines, folder)
    guest.http.delete(f"/api/v1/jobs/{job['id']}/")
    wait_for(lambda: not stored(machines, folder), "its files to go")


def test_a_machine_that_loses_its_power_loses_no_photo(machines: Machines, guest: Guest) -> None:
    jobs = [guest.post("old.jpg", pictures.jpeg(3000, 2000)).json()["id"] for _ in range(SEVERAL)]
    guest.wait(jobs[0], "running", "succeeded")
    machines.kill("gpu-2", "gpu")
    assert {guest.wait(job, seconds=180)["status"] for job in jobs} == {"succeeded"}
    machines.serve("gpu-2", "gpu", COLORWEB_PROCESSES="1")
    wait_for(lambda: len(machines.workers()) == 2, "the machine to be back", 180)


def test_a_network_trained_on_one_machine_colors_on_the_others(
    machines: Machines, guest: Guest, tmp_path: Path
) -> None:
    photos = {f"{seed}.png": colors.png(photo(seed)) for seed in range(24)}
    archive = colors.tar(tmp_path / "summers.tar", photos)
    machines.manage("datasets", "add", "Summers", "--archive", str(archive))
    machines.serve("training", "training")
    options = ["--epochs", "1", "--size", "64", "--batch", "4"]
    printed = machines.manage("runs", "start", "quick", "Summers", *options, "--follow")
    machines.manage("models", "promote", printed.split()[-1], "--reason", "to see it color")

    [(version,)] = machines.rows("SELECT sha256 FROM ml_modelversion WHERE file <> ''")
    wait_for(lambda: _colored_by(machines, guest, version) == 2, "both to color with it", 120)


def test_everything_comes_back_from_a_backup_of_the_running_site(
    machines: Machines, guest: Guest, tmp_path: Path
) -> None:
    job = guest.wait(guest.post("kept.jpg", pictures.jpeg()).json()["id"])
    result = guest.get(job["urls"]["result"])
    printed = machines.manage("backup", str(tmp_path / "all.tar"))
    assert printed.startswith(str(tmp_path / "all.tar"))

    machines.stop()
    machines.destroy()
    bucket = s3_client(machines)
    for page in bucket.get_paginator("list_objects_v2").paginate(Bucket="colorweb"):
        for entry in page.get("Contents", ()):
            bucket.delete_object(Bucket="colorweb", Key=entry["Key"])
    bucket.delete_bucket(Bucket="colorweb")

    machines.run("web", "manage.py", "restore", str(tmp_path / "all.tar"), **machines.site)
    machines.start()
    assert guest.get(job["urls"]["result"]) == result
    # The network trained here came back too, and to machines that had never seen it.
    [(version,)] = machines.rows("SELECT sha256 FROM ml_modelversion WHERE file <> ''")
    wait_for(lambda: _colored_by(machines, guest, version) > 2, "both to color again", 120)


def _colored_by(machines: Machines, guest: Guest, version: str) -> int:
    """How many processes have colored with a version, after one more photo."""
    job = guest.post("old.jpg", pictures.jpeg()).json()["id"]
    assert guest.wait(job)["status"] == "succeeded"
    colored = f"""
        SELECT count(DISTINCT worker) FROM jobs_job
        WHERE model_version <> '' AND '{version}' LIKE model_version || '%'
    """
    return int(machines.rows(colored)[0][0])


def stored(machines: Machines, folder: str) -> list[str]:
    """The files in a folder of the bucket."""
    found = s3_client(machines).list_objects_v2(Bucket="colorweb", Prefix=f"{folder}/")
    return [entry["Key"] for entry in found.get("Contents", ())]


def s3_client(machines: Machines):
    """A client of the storage that is not ours."""
    return boto3.client(
        "s3",
        endpoint_url=machines.shared["S3_ENDPOINT_URL"],
        aws_access_key_id=s3.KEYS["access_key"],
        aws_secret_access_key=s3.KEYS["secret_key"],
    )
