"""A colorweb server, from Python."""

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

from colorweb_client.errors import NotColored, Stopped, Unreachable
from colorweb_client.retries import refusal, retry_after, send_with_retries

Job = dict[str, Any]
"""A job as the server's documentation describes it."""

WAIT = 10
"""Seconds for which the answer to a photo may be held back until the photo is colored."""
POLL_SECONDS = (1.0, 10.0)
"""Seconds between two polls of a job: at least, at most."""


class Client:
    """Everything an account, or a guest, can do with photos.

    Without a token the client becomes a guest at its first photo; `token` then has what proves
    to be that guest. Requests to a server that is busy or unavailable are retried for `timeout`
    seconds. May be used by several threads. All methods raise `ColorwebError`.
    """

    def __init__(self, server: str, token: str | None = None, timeout: float = 600.0) -> None:
        self.server = server.rstrip("/")
        self.token = token
        self.timeout = timeout
        self._stopped = threading.Event()
        self._guest = threading.Lock()
        self._http = httpx.Client(
            base_url=self.server,
            timeout=httpx.Timeout(60.0, connect=10.0),
            limits=httpx.Limits(max_connections=None),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def stop(self) -> None:
        """End all waiting: every thread that waits gets Stopped."""
        self._stopped.set()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def me(self) -> dict[str, Any]:
        """Whose requests these are for the server, and their quotas."""
        return self._call("GET", "/api/v1/me/").json()

    def become_guest(self) -> str:
        """Get a guest's token, unless there is a token already; the token."""
        with self._guest:
            if not self.token:
                self.token = str(self.me()["guest_token"])
        return self.token

    def colorize(self, path: str | Path, **options: Any) -> Job:
        """Send a photo and wait until it is colored; the same photo again is the same job."""
        job = self.send(path, **options)
        if job["status"] in ("failed", "canceled"):  # by an earlier run
            job = self.retry(job)
        return self.wait(job)

    def send(self, path: str | Path, *, wait: int = WAIT, **options: Any) -> Job:
        """Send a photo; its job, finished if that takes no longer than `wait` seconds.

        Options are the API's: vividness, network_size, model, format, depth, page, visibility.
        `job["photo"]` has the `notes` of what was noticed about the file. What is sent again
        within a day with the same content and options is the same job.
        """
        self.become_guest()
        path = Path(path)
        fields = {name: str(value) for name, value in options.items() if value is not None}
        headers = {"Idempotency-Key": key_of(path, fields), "Prefer": f"wait={wait}"}

        def send_once() -> httpx.Response:
            with path.open("rb") as file:
                return self._request(
                    "POST",
                    "/api/v1/jobs/",
                    files={"image": (path.name, file)},
                    data=fields,
                    headers=headers,
                )

        return self._retry(send_once).json()

    def wait(self, job: Job) -> Job:
        """The job once it has succeeded. Raises NotColored if it does not."""
        while job["status"] in ("queued", "running"):
            expected = job["eta_seconds"] or 2.0
            self._pause(min(max(expected / 2, POLL_SECONDS[0]), POLL_SECONDS[1]))
            job = self.job(job["id"])
        if job["status"] == "succeeded":
            return job
        error = job["error"] or {"code": "canceled", "message": "The job was canceled."}
        raise NotColored(error["code"], error["message"])

    def job(self, job_id: str) -> Job:
        """One job as it is now."""
        return self._call("GET", f"/api/v1/jobs/{job_id}/").json()

    def jobs(self, ids: Iterable[str]) -> list[Job]:
        """Up to a hundred jobs at once; those that are not there are left out."""
        return self._call("GET", "/api/v1/jobs/", params={"id": list(ids)}).json()["results"]

    def cancel(self, job: Job) -> Job:
        """Stop a job."""
        return self._call("POST", f"/api/v1/jobs/{job['id']}/cancel/").json()

    def retry(self, job: Job) -> Job:
        """Queue a failed or canceled job again; the new job."""
        return self._call("POST", f"/api/v1/jobs/{job['id']}/retry/").json()

    def delete(self, job: Job) -> None:
        """Delete the photo with everything made from it."""
        self._call("DELETE", f"/api/v1/jobs/{job['id']}/")

    def download(self, job: Job, path: str | Path, kind: str = "result", **options: Any) -> Path:
        """Save one of a job's files; it appears under `path` when it is whole.

        With options (format, depth, long_side, vividness, keep_metadata, as the API has them)
        the result is made with them first.
        """
        path = Path(path)
        partial = path.with_name(f".{path.name}.{job['id'][:8]}.part")
        url = self._made(job, options) if options else job["urls"][kind]

        def send_once() -> httpx.Response:
            place = urlsplit(url).path
            with self._http.stream("GET", place, headers=self._authorization()) as answer:
                if answer.is_error:
                    answer.read()
                    return answer
                with partial.open("wb") as file:
                    for piece in answer.iter_bytes():
                        file.write(piece)
            return answer

        try:
            self._retry(send_once)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
        return path

    def _made(self, job: Job, options: dict[str, Any]) -> str:
        """The address of the result with these options, once it is there."""
        params = {name: str(value) for name, value in options.items() if value is not None}
        ends = time.monotonic() + self.timeout
        while True:
            answer = self._retry(
                lambda: self._http.get(
                    f"/api/v1/jobs/{job['id']}/result/",
                    params=params,
                    headers=self._authorization(),
                )
            )
            if answer.is_redirect:
                return answer.headers["Location"]
            if time.monotonic() > ends:
                raise Unreachable("The file was not made in time.")
            self._pause(max(retry_after(answer), POLL_SECONDS[0]))

    def _call(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self._retry(lambda: self._request(method, path, **more))

    def _retry(self, send_once: Callable[[], httpx.Response]) -> httpx.Response:
        return send_with_retries(send_once, self.timeout, self._pause)

    def _request(
        self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any
    ) -> httpx.Response:
        everything = {**self._authorization(), **(headers or {})}
        answer = self._http.request(method, path, headers=everything, **more)
        self._http.cookies.clear()  # a cookie would ask for CSRF
        if answer.is_redirect:
            raise refusal(answer)
        return answer

    def _authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def _pause(self, seconds: float) -> None:
        if self._stopped.wait(seconds):
            raise Stopped("Stopped.")


def key_of(path: Path, fields: dict[str, str]) -> str:
    """The idempotency key of a photo: its content and the options, so that a copy is the same."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    digest.update(json.dumps(fields, sort_keys=True).encode())
    return f"client-{digest.hexdigest()}"
