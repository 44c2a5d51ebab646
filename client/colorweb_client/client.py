"""A colorweb server, from Python."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import urlsplit

import httpx

from colorweb_client.errors import NotColored, NotColorweb, Stopped, Unreachable
from colorweb_client.options import FileOptions, Filter, PhotoOptions, as_fields, key_of
from colorweb_client.retries import refusal, retry_after, send_with_retries

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack

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
    seconds; `on_pause` hears how long each pause is, in seconds, and why. May be used by several
    threads. All methods raise `ColorwebError`.
    """

    def __init__(
        self,
        server: str,
        token: str | None = None,
        timeout: float = 600.0,
        on_pause: Callable[[float, str], object] | None = None,
    ) -> None:
        self.server = server.rstrip("/")
        self.token = token
        self.timeout = timeout
        self.on_pause = on_pause
        self._stopped = threading.Event()
        self._guest = threading.Lock()
        try:
            self._http = httpx.Client(
                base_url=self.server,
                timeout=httpx.Timeout(60.0, connect=10.0),
                limits=httpx.Limits(max_connections=None),
            )
        except httpx.InvalidURL as error:
            raise Unreachable(f"{server} is no address of a server: {error}") from error

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

    def me(self, *, patient: bool = True) -> dict[str, Any]:
        """Whose requests these are for the server, their quotas and limits.

        With `patient=False` a server that is not there is not waited for.
        """
        return self._data("GET", "/api/v1/me/", patient=patient)

    def become_guest(self) -> str:
        """Get a guest's token, unless there is a token already; the token."""
        with self._guest:
            if not self.token:
                self.token = str(self.me()["guest_token"])
        return self.token

    def colorize(self, path: str | Path, **options: Unpack[PhotoOptions]) -> Job:
        """Send a photo and wait until it is colored; the same photo again is the same job."""
        return self.finish(self.send(path, **options))

    def finish(self, job: Job) -> Job:
        """The job once it has succeeded; one that an earlier run saw fail is tried again.

        Raises NotColored.
        """
        if job["status"] in ("failed", "canceled"):
            job = self.retry(job)
        return self.wait(job)

    def send(self, path: str | Path, *, wait: int = WAIT, **options: Unpack[PhotoOptions]) -> Job:
        """Send a photo; its job, finished if that takes no longer than `wait` seconds.

        `job["photo"]` has the `notes` of what was noticed about the file. What is sent again
        within a day with the same content and options is the same job.
        """
        self.become_guest()
        path = Path(path)
        fields = as_fields(options)
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

        return _json(self._retry(send_once))

    def wait(self, job: Job) -> Job:
        """The job once it has succeeded. Raises NotColored if it does not."""
        while job["status"] in ("queued", "running"):
            expected = job["eta_seconds"] or 2.0
            self._sleep(min(max(expected / 2, POLL_SECONDS[0]), POLL_SECONDS[1]))
            job = self.job(job["id"])
        if job["status"] == "succeeded":
            return job
        error = job["error"] or {"code": "canceled", "message": "The job was canceled."}
        raise NotColored(error["code"], error["message"])

    def job(self, job_id: str) -> Job:
        """One job as it is now."""
        return self._data("GET", f"/api/v1/jobs/{job_id}/")

    def jobs(self, ids: Iterable[str]) -> list[Job]:
        """Up to a hundred jobs at once; those that are not there are left out."""
        found: list[Job] = self._data("GET", "/api/v1/jobs/", params={"id": list(ids)})["results"]
        return found

    def all_jobs(self, **filters: Unpack[Filter]) -> Iterator[Job]:
        """All jobs, the newest first."""
        return self._all("/api/v1/jobs/", as_fields(filters))

    def gallery(self, order: str = "newest") -> Iterator[Job]:
        """Photos that anyone may see; `order` is newest or likes."""
        return self._all("/api/v1/gallery/", {"order": order})

    def cancel(self, job: Job) -> Job:
        """Stop a job."""
        return self._data("POST", f"/api/v1/jobs/{job['id']}/cancel/")

    def retry(self, job: Job) -> Job:
        """Queue a failed or canceled job again; the new job."""
        return self._data("POST", f"/api/v1/jobs/{job['id']}/retry/")

    def delete(self, job: Job, *, for_good: bool = False) -> None:
        """Delete the photo with everything made from it; past the trash `for_good`."""
        params = {"for_good": "true"} if for_good else {}
        self._call("DELETE", f"/api/v1/jobs/{job['id']}/", params=params)

    def download(
        self,
        job: Job,
        path: str | Path,
        kind: str = "result",
        *,
        partial: Path | None = None,
        **options: Unpack[FileOptions],
    ) -> Path:
        """Save one of a job's files; it appears under `path` when it is whole.

        Until then it is `partial`, by default a hidden file beside it. With options the result is
        made with them first.
        """
        path = Path(path)
        partial = partial or path.with_name(f".{path.name}.{job['id'][:8]}.part")

        def write(answer: httpx.Response) -> None:
            with partial.open("wb") as file:
                file.writelines(answer.iter_bytes())

        try:
            self._fetch(job, kind, options, write)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
        return path

    def copy(self, job: Job, file: BinaryIO, **options: Unpack[FileOptions]) -> None:
        """Write a job's result into a file that is open."""
        pieces: list[bytes] = []

        def keep(answer: httpx.Response) -> None:
            pieces[:] = answer.iter_bytes()

        self._fetch(job, "result", options, keep)
        file.writelines(pieces)

    def _fetch(
        self,
        job: Job,
        kind: str,
        options: FileOptions,
        take: Callable[[httpx.Response], object],
    ) -> None:
        fields = as_fields(options)
        url = self._made(job, fields) if fields else job["urls"][kind]

        def send_once() -> httpx.Response:
            place = urlsplit(url).path
            with self._http.stream("GET", place, headers=self._authorization()) as answer:
                if answer.is_error:
                    answer.read()
                else:
                    take(answer)
            return answer

        self._retry(send_once)

    def _made(self, job: Job, params: dict[str, str]) -> str:
        """The address of the result with these options, once it is there."""
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
                return str(answer.headers["Location"])
            if time.monotonic() > ends:
                raise Unreachable("The file was not made in time.")
            self._sleep(max(retry_after(answer), POLL_SECONDS[0]))

    def _all(self, path: str, params: dict[str, str]) -> Iterator[Job]:
        page = self._data("GET", path, params={**params, "page_size": "100"})
        while True:
            yield from page["results"]
            if not page["next"]:
                return
            address = urlsplit(page["next"])
            page = self._data("GET", f"{address.path}?{address.query}")

    def _data(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        return _json(self._call(method, path, **more))

    def _call(self, method: str, path: str, *, patient: bool = True, **more: Any) -> httpx.Response:
        return self._retry(lambda: self._request(method, path, **more), patient=patient)

    def _retry(
        self, send_once: Callable[[], httpx.Response], *, patient: bool = True
    ) -> httpx.Response:
        return send_with_retries(send_once, self.timeout, self._pause, patient=patient)

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

    def _pause(self, seconds: float, why: str) -> None:
        if self.on_pause:
            self.on_pause(seconds, why)
        self._sleep(seconds)

    def _sleep(self, seconds: float) -> None:
        if self._stopped.wait(seconds):
            raise Stopped("Stopped.")


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        data = answer.json()
    except ValueError:
        data = None
    if not isinstance(data, dict):
        kind = answer.headers.get("Content-Type", "no type").partition(";")[0]
        raise NotColorweb(f"{answer.url} answers with {kind}. Is this a colorweb server?")
    return data
