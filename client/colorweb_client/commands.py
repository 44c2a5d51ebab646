"""The small commands: look at jobs, fetch and delete them, see the gallery."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from itertools import islice
from pathlib import Path, PurePosixPath

from colorweb_client.client import Client, Job
from colorweb_client.options import SUFFIXES


def list_jobs(client: Client, chosen: argparse.Namespace) -> int:
    """One's jobs, the newest first."""
    found = client.all_jobs(status=chosen.status, reference=chosen.reference)
    return _print(islice(found, chosen.limit), as_json=chosen.json)


def gallery(client: Client, chosen: argparse.Namespace) -> int:
    """Photos that anyone may see."""
    return _print(islice(client.gallery(chosen.order), chosen.limit), as_json=chosen.json)


def get(client: Client, chosen: argparse.Namespace) -> int:
    """Results of jobs, into a folder."""
    folder = Path(chosen.out)
    folder.mkdir(parents=True, exist_ok=True)
    for job_id in chosen.jobs:
        job = client.wait(client.job(job_id))
        stem = PurePosixPath(job["photo"]["name"]).stem or "photo"
        kind = chosen.format or job["options"]["format"]
        path = folder / f"{stem}-color-{job_id[:8]}{SUFFIXES[kind]}"
        client.download(job, path, format=chosen.format, long_side=chosen.long_side)
        print(path)
    return 0


def delete(client: Client, chosen: argparse.Namespace) -> int:
    """Photos of jobs, with everything made from them."""
    for job_id in chosen.jobs:
        client.delete(client.job(job_id), for_good=chosen.for_good)
    return 0


def _print(jobs: Iterable[Job], *, as_json: bool) -> int:
    for job in jobs:
        if as_json:
            print(json.dumps(job, ensure_ascii=False))
        else:
            name = job["photo"]["title"] or job["photo"]["name"]
            print(f"{job['id']}  {job['status']:<9}  {name}")
    return 0
