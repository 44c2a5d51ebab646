"""One request from a photo to its colors, whatever program sends it, and who may send it."""

import asyncio
import base64
import json
import subprocess
from pathlib import Path

import httpx
import pytest
import requests

from colorweb.testing import pictures
from colorweb.testing.node import node
from jobs.models import Job

pytestmark = pytest.mark.django_db(transaction=True)

NAMED = "https://archive.example"


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "old.jpg"
    path.write_bytes(pictures.encoded())
    return path


def run(command: list[str], folder: Path) -> str:
    """What a command printed that has succeeded."""
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


FETCH = """
import { openAsBlob } from "node:fs";
import { writeFile } from "node:fs/promises";
const body = new FormData();
body.append("image", await openAsBlob("old.jpg"), "old.jpg");
const answer = await fetch(`${process.argv[2]}/api/v1/jobs/`,
  { method: "POST", headers: { Accept: "image/*" }, body });
await writeFile("color.jpg", Buffer.from(await answer.arrayBuffer()));
"""
STREAM = """
import { createReadStream } from "node:fs";
import { writeFile } from "node:fs/promises";
const answer = await fetch(`${process.argv[2]}/api/v1/jobs`, {
  method: "POST", duplex: "half", body: createReadStream("old.jpg"),
  headers: { Accept: "image/*", "Content-Type": "image/jpeg",
    "Content-Disposition": 'attachment; filename="old.jpg"' } });
await writeFile("color.jpg", Buffer.from(await answer.arrayBuffer()));
"""
NAME = "Content-Disposition: attachment; filename=old.jpg"
CURL = {
    "curl, a form": ["-F", "image=@old.jpg"],
    "curl, raw": ["-H", "Content-Type: image/jpeg", "-H", NAME, "--data-binary", "@old.jpg"],
    "curl, chunked": [
        *("-H", "Transfer-Encoding: chunked", "-H", "Content-Type: application/octet-stream"),
        *("-H", NAME, "--data-binary", "@old.jpg"),
    ],
    "curl, a form in chunks": ["-H", "Transfer-Encoding: chunked", "-F", "image=@old.jpg"],
    "curl, base64": ["-H", "Content-Type: application/json", "-d", "@old.json"],
}


def by_curl(arguments: list[str], url: str, photo: Path) -> bytes:
    text = base64.b64encode(photo.read_bytes()).decode()
    body = {"image_base64": text, "name": "old.jpg"}
    photo.with_name("old.json").write_text(json.dumps(body))
    run(
        [
            "curl",
            "-sf",
            "-H",
            "Accept: image/*",
            *arguments,
            "-o",
            "color.jpg",
            f"{url}/api/v1/jobs/",
        ],
        photo.parent,
    )
    return photo.with_name("color.jpg").read_bytes()


def by_node(script: str, url: str, photo: Path) -> bytes:
    photo.with_name("send.mjs").write_text(script)
    run([node(), "send.mjs", url], photo.parent)
    return photo.with_name("color.jpg").read_bytes()


def by_httpx(url: str, photo: Path) -> bytes:
    with photo.open("rb") as file:
        answer = httpx.post(
            f"{url}/api/v1/jobs/", files={"image": file}, headers={"Accept": "image/*"}, timeout=60
        )
    return answer.raise_for_status().content


def by_async_httpx(url: str, photo: Path) -> bytes:
    content = photo.read_bytes()

    async def send() -> bytes:
        async with httpx.AsyncClient(timeout=60) as client:
            answer = await client.post(
                f"{url}/api/v1/jobs/",
                files={"image": ("old.jpg", content)},
                headers={"Accept": "image/*"},
            )
            return answer.raise_for_status().content

    return asyncio.run(send())


def by_requests(url: str, photo: Path) -> bytes:
    with photo.open("rb") as file, requests.Session() as session:
        headers = {"Accept": "image/*"}
        answer = session.post(
            f"{url}/api/v1/jobs", files={"image": file}, headers=headers, timeout=60
        )
    answer.raise_for_status()
    return answer.content


CLIENTS = {
    **{name: lambda *at, more=more: by_curl(more, *at) for name, more in CURL.items()},
    "httpx": by_httpx,
    "httpx, async": by_async_httpx,
    "requests": by_requests,
    "Node.js, a form": lambda *at: by_node(FETCH, *at),
    "Node.js, a stream": lambda *at: by_node(STREAM, *at),
}


@pytest.mark.parametrize("name", CLIENTS)
def test_one_request_colors_a_photo(name, site, worker, photo):
    assert CLIENTS[name](site.url, photo) == b"colors of old.jpg"


# What the answer says


def post(site, photo: Path, **headers: str) -> httpx.Response:
    return httpx.post(
        f"{site.url}/api/v1/jobs/",
        files={"image": (photo.name, photo.read_bytes())},
        headers={"Accept": "image/*"} | headers,
        timeout=60,
    )


def test_the_picture_comes_with_its_job_and_the_guests_token(site, worker, photo):
    answer = post(site, photo)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")
    job = answer.headers["X-Job-Id"]
    assert answer.headers["Location"] == f"{site.url}/api/v1/jobs/{job}/"
    token = {"Authorization": f"Bearer {answer.headers['X-Guest-Token']}"}
    found = httpx.get(answer.headers["Location"], headers=token).json()
    assert (found["id"], found["status"]) == (job, "succeeded")
    assert answer.headers["Cache-Control"] == "no-store"


def test_what_accept_names_is_the_format(site, worker, photo):
    answer = post(site, photo, Accept="image/webp")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/webp")
    assert Job.objects.get().format == "webp"


def test_a_format_that_accept_does_not_take_is_406(site, photo):
    answer = httpx.post(
        f"{site.url}/api/v1/jobs/",
        files={"image": photo.read_bytes()},
        data={"format": "png"},
        headers={"Accept": "image/webp"},
    )
    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")
    assert not Job.objects.exists()


def test_after_the_wait_it_is_202_and_the_job(site, photo):
    answer = post(site, photo, Prefer="wait=1")
    assert (answer.status_code, answer.json()["status"]) == (202, "queued")
    assert answer.headers["Location"] == answer.json()["urls"]["self"]


def test_a_job_that_fails_is_422_with_its_code(site, worker, photo):
    worker.broken = {"old.jpg"}
    answer = post(site, photo)
    assert (answer.status_code, answer.json()["code"]) == (422, "damaged")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["X-Job-Id"] == str(Job.objects.get().pk)


def test_what_is_no_photo_is_400_in_words(site, photo):
    photo.write_bytes(b"dear diary")
    answer = post(site, photo)
    assert (answer.status_code, answer.json()["code"]) == (400, "not_a_photo")


def test_who_takes_anything_gets_the_job(site, worker, photo):
    answer = post(site, photo, Accept="*/*")
    assert (answer.status_code, answer.json()["status"]) == (201, "queued")
