"""Clients that are generated from the API's document send, follow, fetch and delete a photo."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from colorweb.testing import pictures
from colorweb.testing.node import node
from jobs.models import Photo
from tests.jobs.document import DOCUMENT

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]
PACKAGES = (
    *("openapi-fetch@0.17.0", "openapi-typescript@7.13.0"),
    *("typescript@5.9.3", "@types/node@22.18.0"),
)
COLORS = b"colors of old.jpg"

TYPESCRIPT = """
import { openAsBlob } from "node:fs";
import { writeFile } from "node:fs/promises";
import createClient from "openapi-fetch";
import type { paths } from "./api.js";

const baseUrl = process.argv[2];
const guest = await createClient<paths>({ baseUrl }).GET("/api/v1/me/");
const headers = { Authorization: `Bearer ${guest.data?.guest_token}` };
const client = createClient<paths>({ baseUrl, headers });

const photo = await openAsBlob("old.jpg");
const sent = await client.POST("/api/v1/jobs/", {
  params: { header: { Prefer: "wait=30" } },
  body: { image: "old.jpg", vividness: 1.2 },
  bodySerializer(body) {
    const form = new FormData();
    form.append("image", photo, "old.jpg");
    form.append("vividness", String((body as { vividness: number }).vividness));
    return form;
  },
});
if (!sent.data || typeof sent.data === "string") throw new Error(sent.error?.detail);
const path = { job_id: sent.data.id };

const followed = await client.GET("/api/v1/jobs/{job_id}/", { params: { path } });
if (followed.data?.status !== "succeeded") throw new Error(followed.data?.status);
const file = await client.GET("/files/{job_id}/{kind}", {
  params: { path: { ...path, kind: "result" } },
  parseAs: "arrayBuffer",
});
await writeFile("color.jpg", Buffer.from(file.data as ArrayBuffer));
await client.DELETE("/api/v1/jobs/{job_id}/", { params: { path } });
const gone = await client.GET("/api/v1/jobs/{job_id}/", { params: { path } });
console.log(gone.error?.code);
"""

PYTHON = """
import sys
from generated import AuthenticatedClient, Client
from generated.api.files import files_retrieve
from generated.api.jobs import jobs_create, jobs_destroy, jobs_retrieve
from generated.api.me import me_retrieve
from generated.models import FilesRetrieveKind, NewJobRequest
from generated.types import File

site = sys.argv[1]
guest = me_retrieve.sync(client=Client(base_url=site))
client = AuthenticatedClient(base_url=site, token=guest.guest_token)
with open("old.jpg", "rb") as photo:
    body = NewJobRequest(image=File(payload=photo, file_name="old.jpg"), vividness=1.2)
    sent = jobs_create.sync(client=client, body=body, prefer="wait=30")
followed = jobs_retrieve.sync(sent.id, client=client)
assert (followed.status.value, followed.options.vividness) == ("succeeded", 1.2)
file = files_retrieve.sync_detailed(sent.id, FilesRetrieveKind.RESULT, client=client)
with open("color.jpg", "wb") as color:
    color.write(file.content)
jobs_destroy.sync_detailed(sent.id, client=client)
print(jobs_retrieve.sync(sent.id, client=client).code)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With a photo in it."""
    (tmp_path / "old.jpg").write_bytes(pictures.encoded())
    return tmp_path


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


def test_a_typescript_client_colors_a_photo(site, worker, folder):
    (folder / "color.ts").write_text(TYPESCRIPT)
    (folder / "package.json").write_text('{"type": "module", "private": true}')
    run(["npm", "install", "--no-audit", "--no-fund", *PACKAGES], folder)
    # What has a default need not be sent.
    options = ["--default-non-nullable=false", "-o", "api.ts"]
    run(["npx", "openapi-typescript", str(DOCUMENT), *options], folder)
    to_node = ["--module", "nodenext", "--target", "es2022", "--types", "node"]
    run(["npx", "tsc", "--strict", "--skipLibCheck", *to_node, "color.ts"], folder)
    assert run([node(), "color.js", site.url], folder).split() == ["not_found"]
    assert (folder / "color.jpg").read_bytes() == COLORS
    assert not Photo.objects.exists()


def test_a_python_client_colors_a_photo(site, worker, folder):
    (folder / "color.py").write_text(PYTHON)
    (folder / "config.json").write_text('{"post_hooks": []}')
    generate = ["-m", "openapi_python_client", "generate", "--path", str(DOCUMENT)]
    where = ["--config", "config.json", "--meta", "none", "--output-path", "generated"]
    run([sys.executable, *generate, *where], folder)
    assert run([sys.executable, "color.py", site.url], folder).split() == ["not_found"]
    assert (folder / "color.jpg").read_bytes() == COLORS
    assert not Photo.objects.exists()
