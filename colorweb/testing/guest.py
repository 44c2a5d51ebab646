"""A visitor at the REST API of a running site."""

from __future__ import annotations

from typing import Any, Protocol

import httpx

from colorweb.testing.waiting import wait_for


class Site(Protocol):
    """Something that serves the site."""

    base_url: str


class Guest:
    """A visitor who uses the REST API without cookies."""

    def __init__(self, site: Site) -> None:
        self.http = httpx.Client(base_url=site.base_url, timeout=120)

    def post(self, name: str, body: bytes, **fields: str) -> httpx.Response:
        """Sends a photo; the answer, whatever it is."""
        answer = self.http.post("/api/v1/jobs/", files={"image": (name, body)}, data=fields)
        self.http.cookies.clear()
        if answer.status_code == 201 and "guest_token" in answer.json():
            self.http.headers["Authorization"] = f"Bearer {answer.json()['guest_token']}"
        return answer

    def job(self, job: str) -> dict[str, Any]:
        """The job as it is now."""
        answer = self.http.get(f"/api/v1/jobs/{job}/")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def wait(self, job: str, *statuses: str, seconds: float = 120) -> dict[str, Any]:
        """The job once it has one of `statuses`; an end by default."""
        expected = statuses or ("succeeded", "failed", "canceled")

        def look() -> dict[str, Any] | None:
            now = self.job(job)
            return now if now["status"] in expected else None

        return wait_for(look, f"job {job} to be {' or '.join(expected)}", seconds) or {}

    def get(self, url: str) -> bytes:
        """A file of a job."""
        answer = self.http.get(url)
        assert answer.status_code == 200, answer.text
        return answer.content
