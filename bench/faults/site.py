"""The site that is hurt: PostgreSQL, a broker, S3, a web machine and two that color."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import httpx
from celery import Celery

from colorweb.testing import databases, postgres, s3, smtp
from colorweb.testing.machines import Machines
from colorweb.testing.ports import free_port
from colorweb.testing.postgres import Postgres
from colorweb.testing.proxy import Proxy

WORKERS = ("gpu-1", "gpu-2")
HOLD = 30.0  # seconds that a fault lasts
MOVING_WITHIN = 30.0  # seconds from its repair until what waited goes on
SMALL_DISK = "400m"
SWEEPS = (
    *("jobs.tasks.sweep_files", "jobs.tasks.expire_guests", "jobs.tasks.expire_trash"),
    *("jobs.tasks.sweep_renditions", "jobs.tasks.sweep_batches", "ml.tasks.sweep"),
)


class Site(Machines):
    """Several machines whose database and storage can be hurt too."""

    def __init__(
        self, folder: Path, server: Postgres, database: str, storage: Proxy, **environment: str
    ) -> None:
        super().__init__(folder, database, f"http://127.0.0.1:{storage.port}", environment)
        self.postgres, self.storage = server, storage
        self.mailbox, self.mail_port = smtp.Mailbox(), free_port()
        self.site["EMAIL_URL"] = f"smtp://127.0.0.1:{self.mail_port}"
        self._mail = ExitStack()

    def restart(self, machine: str, program: str) -> None:
        """Starts a program that was killed, as `start` did."""
        more = self.site if machine == "web" else {"COLORWEB_PROCESSES": "1"}
        self.serve(machine, program, **more)

    def kill_broker(self) -> None:
        """Kills the broker with all that it has in memory."""
        broker = self.processes.pop(("data", "broker"))
        broker.kill()
        broker.wait(60)

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal to all processes that color."""
        for machine in WORKERS:
            os.killpg(self.processes[machine, "gpu"].pid, number)

    def start_mail(self) -> None:
        """Starts the mail server."""
        self._mail.enter_context(smtp.server(self.mailbox, self.mail_port))

    def stop_mail(self) -> None:
        """Stops it."""
        self._mail.close()

    def sign_up(self, address: str) -> None:
        """Makes an account in a browser; it is answered although no mail can be sent."""
        with httpx.Client(base_url=self.base_url, timeout=30) as browser:
            browser.get("/account/signup/").raise_for_status()
            form = {"email": address, "password1": secrets.token_hex()}
            token = {"csrfmiddlewaretoken": browser.cookies["csrftoken"]}
            origin = {"Origin": self.base_url, "Referer": f"{self.base_url}/account/signup/"}
            answer = browser.post("/account/signup/", data=form | token, headers=origin)
            assert answer.is_redirect, answer.text

    def mailed(self) -> set[str]:
        """The addresses that got mail."""
        return {str(message["To"]) for message in self.mailbox.messages}

    def children(self) -> list[int]:
        """The processes that have photos in hand or could have."""
        names = [worker.decode().rpartition("-")[2] for worker in self.workers()]
        return [int(name) for name in names]

    def small_disk(self, machine: str) -> Path:
        """Where a machine keeps its temporary files: a small disk, if root runs this."""
        return self.folder / machine / "uploads"

    def sweep(self) -> None:
        """Wakes all that deletes what nobody needs any more."""
        with Celery(broker=self.broker) as app:
            for name in SWEEPS:
                app.send_task(name, queue="default")

    def bucket(self, name: str) -> Any:
        """A bucket on the storage server."""
        return boto3.resource(
            "s3",
            endpoint_url=self.shared["S3_ENDPOINT_URL"],
            aws_access_key_id=s3.KEYS["access_key"],
            aws_secret_access_key=s3.KEYS["secret_key"],
            region_name="us-east-1",
        ).Bucket(name)

    def doubled_results(self) -> int:
        """How many jobs have more than one result in the storage."""
        names = [each.key.rpartition("/")[2] for each in self.bucket("colorweb").objects.all()]
        jobs = [name.rsplit("-", 2)[0] for name in names if name.endswith("-result.jpg")]
        return sum(count > 1 for count in Counter(jobs).values())

    def is_red(self) -> bool:
        """Whether `/readyz?strict=1` shows that something is wrong."""
        try:
            return httpx.get(f"{self.base_url}/readyz?strict=1", timeout=10).status_code != 200
        except httpx.TransportError:
            return True


@contextmanager
def running(folder: Path, environment: Mapping[str, str]) -> Iterator[Site]:
    """A new site, ready to color."""
    with ExitStack() as stack:
        server = stack.enter_context(postgres.server())
        database = stack.enter_context(databases.temporary(server.url))
        storage = stack.enter_context(s3.server(folder / "s3.log"))
        proxy = Proxy(urlsplit(storage).port or 0)
        stack.callback(proxy.close)
        site = Site(folder, server, database, proxy, **environment)
        if os.geteuid() == 0:
            for machine in ("web", "gpu-1"):
                stack.enter_context(_mounted(site.small_disk(machine)))
        site.start_mail()
        stack.callback(site.stop_mail)
        stack.callback(site.stop)
        site.start()
        yield site


@contextmanager
def _mounted(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True)
    size = f"size={SMALL_DISK}"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
