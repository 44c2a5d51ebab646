"""Programs that color the photo `old.jpg` by one request each."""

import asyncio
import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import aiohttp
import httpx
import requests
from django.conf import settings

from colorweb.testing.node import node

PICTURE = {"Accept": "image/*"}
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


def run(command: list[str], folder: Path, **environment: str) -> str:
    """What a command prints that succeeds."""
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def by_curl(form: str, url: str, photo: Path) -> bytes:
    text = base64.b64encode(photo.read_bytes()).decode()
    body = {"image_base64": text, "name": "old.jpg"}
    photo.with_name("old.json").write_text(json.dumps(body))
    place = ["-o", "color.jpg", f"{url}/api/v1/jobs/"]
    run(["curl", "-sf", "-H", "Accept: image/*", *CURL[form], *place], photo.parent)
    return photo.with_name("color.jpg").read_bytes()


def by_node(script: str, url: str, photo: Path) -> bytes:
    photo.with_name("send.mjs").write_text(script)
    run([node(), "send.mjs", url], photo.parent)
    return photo.with_name("color.jpg").read_bytes()


def by_httpx(url: str, photo: Path) -> bytes:
    with photo.open("rb") as file:
        answer = httpx.post(
            f"{url}/api/v1/jobs/", files={"image": file}, headers=PICTURE, timeout=60
        )
    return answer.raise_for_status().content


def by_async_httpx(url: str, photo: Path) -> bytes:
    photos = {"image": (photo.name, photo.read_bytes())}

    async def send() -> bytes:
        async with httpx.AsyncClient(timeout=60) as client:
            answer = await client.post(f"{url}/api/v1/jobs/", files=photos, headers=PICTURE)
            return answer.raise_for_status().content

    return asyncio.run(send())


def by_requests(url: str, photo: Path) -> bytes:
    with photo.open("rb") as file, requests.Session() as session:
        answer = session.post(
            f"{url}/api/v1/jobs", files={"image": file}, headers=PICTURE, timeout=60
        )
    answer.raise_for_status()
    return answer.content


def by_aiohttp(url: str, photo: Path) -> bytes:
    async def send() -> bytes:
        async with aiohttp.ClientSession(url, headers=PICTURE, raise_for_status=True) as session:
            with photo.open("rb") as file:
                async with session.post("/api/v1/jobs/", data={"image": file}) as answer:
                    return await answer.read()

    return asyncio.run(send())


def by_command(url: str, photo: Path) -> bytes:
    """From standard input to standard output."""
    colorize = ["-m", "colorweb_client.cli", "colorize", "--name", photo.name, "--server", url]
    with photo.open("rb") as file:
        done = subprocess.run(
            [sys.executable, *colorize, "-", "-o", "-"],
            env={**os.environ, "PYTHONPATH": str(settings.BASE_DIR / "client")},
            stdin=file,
            capture_output=True,
            timeout=120,
            check=True,
        )
    return done.stdout
