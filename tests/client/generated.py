"""Clients that are generated from the API's document send, look up, fetch and delete a photo."""

import sys
from pathlib import Path

from colorweb.testing.node import node, npm
from tests.client.senders import run
from tests.jobs.document import DOCUMENT

PACKAGES = (
    *("openapi-fetch@0.17.0", "openapi-typescript@7.13.0"),
    *("typescript@5.9.3", "@types/node@22.18.0"),
)

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
if (gone.error?.code !== "not_found") throw new Error("It is still there.");
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
assert jobs_retrieve.sync(sent.id, client=client).code == "not_found"
"""


def by_typescript(url: str, photo: Path) -> bytes:
    folder = photo.parent
    (folder / "color.ts").write_text(TYPESCRIPT)
    (folder / "package.json").write_text('{"type": "module", "private": true}')
    run([*npm(), "install", "--prefer-offline", "--no-audit", "--no-fund", *PACKAGES], folder)
    programs = folder / "node_modules"
    # What has a default need not be sent.
    options = [str(DOCUMENT), "--default-non-nullable=false", "-o", "api.ts"]
    run([node(), str(programs / "openapi-typescript" / "bin" / "cli.js"), *options], folder)
    to_node = ["--module", "nodenext", "--target", "es2022", "--types", "node"]
    compiled = ["--strict", "--skipLibCheck", *to_node, "color.ts"]
    run([node(), str(programs / "typescript" / "bin" / "tsc"), *compiled], folder)
    run([node(), "color.js", url], folder)
    return (folder / "color.jpg").read_bytes()


def by_python(url: str, photo: Path) -> bytes:
    folder = photo.parent
    (folder / "color.py").write_text(PYTHON)
    (folder / "config.json").write_text('{"post_hooks": []}')
    generate = ["-m", "openapi_python_client", "generate", "--path", str(DOCUMENT)]
    where = ["--config", "config.json", "--meta", "none", "--output-path", "generated"]
    run([sys.executable, *generate, *where], folder)
    run([sys.executable, "color.py", url], folder)
    return (folder / "color.jpg").read_bytes()
