"""Live pages: each socket starts with a snapshot, then hears of every change.

Messages between processes only name the job; what a page receives is read from the row, so
that nobody gets more than REST would give them.
"""

import asyncio
import contextlib
import uuid
from collections.abc import Callable
from typing import Any, TypeVar

from django.http import Http404

from colorweb.accounts import visitors
from colorweb.accounts.sockets import IDENTITY_CHANGED, VisitorConsumer
from colorweb.api.serializers import show_all
from colorweb.http import streams
from colorweb.http.places import Place
from jobs.events import publish
from jobs.live import ticker
from jobs.models import TERMINAL
from jobs.serializers.jobs import JobProgressSerializer, JobSerializer, job_for
from jobs.storage import access

Result = TypeVar("Result")
SNAPSHOT = 50
MAX_FOLLOWED = 200
"""Unfinished jobs whose positions one socket sends; of those beyond them it sends changes."""
TOO_MANY = 4429
PROGRESS_FIELDS = tuple(JobProgressSerializer().fields)


class LiveConsumer(VisitorConsumer):
    """What both sockets share: who looks, at which group, and news of positions."""

    groups_joined: tuple[str, ...] = ()
    place: Place | None = None
    sending: asyncio.Task[None] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.followed: dict[str, Followed] = {}
        self.moved: set[str] = set()
        self.news = asyncio.Event()
        try:
            await super().__call__(scope, receive, send)
        finally:  # however it ends
            for job_id in tuple(self.followed):
                self._unfollow(job_id)
            if self.place:
                self.place.release()
            if self.sending:
                self.sending.cancel()

    async def connect(self) -> None:
        self.network = visitors.network_of((self.scope.get("client") or ["unknown"])[0])
        self.visitor = await self.look(visitors.of_scope, self.scope)
        headers = dict(self.scope["headers"])
        authorization = headers.get(b"authorization")
        if authorization is not None and visitors.is_refused(
            self.visitor, authorization.decode("latin-1")
        ):
            await self.close(code=IDENTITY_CHANGED)
            return
        if not self.visitor.may("read"):
            await self.close(code=4403)
            return
        self.place = await streams.atake_place(self.visitor)
        if self.place is None:
            await self.close(code=TOO_MANY)
            return
        self.host = headers.get(b"host", b"").decode("latin-1")
        # The group first, then the snapshot: what changes in between is sent twice, not lost.
        self.groups_joined = (self.group_name(), visitors.identity_group(self.visitor.key))
        for group in self.groups_joined:
            await self.channel_layer.group_add(group, self.channel_name)
        try:
            first = await self.snapshot()
        except Http404:
            await self.close(code=4404)
            return
        await self.accept()
        await self.send_json(first)
        self.sending = asyncio.create_task(self._send_moved())
        self.start_guard()

    async def disconnect(self, code: int) -> None:
        for group in self.groups_joined:
            await self.channel_layer.group_discard(group, self.channel_name)

    async def look(self, look: Callable[..., Result], *args: Any) -> Result:
        """What a function finds in the database, in the turn of this socket's network."""
        return await streams.read(look, *args, network=self.network)

    def group_name(self) -> str:
        raise NotImplementedError

    async def snapshot(self) -> dict[str, Any]:
        raise NotImplementedError

    async def job_changed(self, message: dict[str, Any]) -> None:
        """A row has changed: send it as it is now."""
        with contextlib.suppress(Http404):
            await self.send_json({"type": "job", "job": await self.read(message["id"])})

    async def job_progressed(self, message: dict[str, Any]) -> None:
        """Fine progress of a running job."""
        if followed := self.followed.get(message["id"]):
            followed.fields["progress"] = round(message["progress"], 3)
            await self._send_progress(message["id"])

    async def read(self, job_id: str) -> dict[str, Any]:
        """One job as this visitor may see it, followed from now on. Raises Http404."""
        job = await self.look(self._job, uuid.UUID(job_id))
        self.follow(job)
        return job

    def _job(self, job_id: uuid.UUID) -> dict[str, Any]:
        return job_for(self.visitor, access.visible_job(self.visitor, job_id), self.host)

    def follow(self, job: dict[str, Any]) -> None:
        """Tell what changes about a job without its row, until it has ended."""
        job_id = job["id"]
        if job["status"] in TERMINAL:
            self._unfollow(job_id)
            return
        if job_id not in self.followed:
            if len(self.followed) >= MAX_FOLLOWED:
                return
            self.followed[job_id] = Followed(lambda tick: self._ticked(job_id, tick))
            ticker.here().add(uuid.UUID(job_id), self.followed[job_id].listener)
        self.followed[job_id].fields = {field: job[field] for field in PROGRESS_FIELDS}

    def _unfollow(self, job_id: str) -> None:
        if followed := self.followed.pop(job_id, None):
            ticker.here().remove(uuid.UUID(job_id), followed.listener)

    def _ticked(self, job_id: str, tick: ticker.Tick) -> None:
        followed = self.followed[job_id]
        if tick.sequence == followed.fields["sequence"]:
            followed.fields |= tick.moved
        else:
            followed.stale = True
        self.moved.add(job_id)
        self.news.set()

    async def _send_moved(self) -> None:
        """Sends what ticks have brought: a position, or the whole of a job whose message was
        lost."""
        while True:
            await self.news.wait()
            self.news.clear()
            while self.moved:
                job_id = self.moved.pop()
                if not (followed := self.followed.get(job_id)):
                    continue
                if followed.stale:
                    followed.stale = False
                    await self.job_changed({"id": job_id})
                else:
                    await self._send_progress(job_id)

    async def _send_progress(self, job_id: str) -> None:
        await self.send_json({"type": "progress", **self.followed[job_id].fields})


class Followed:
    """A job that has not ended: its fields that change, as they were sent last."""

    def __init__(self, listener: ticker.Listener) -> None:
        self.listener = listener
        self.fields: dict[str, Any] = {}
        self.stale = False


class JobConsumer(LiveConsumer):
    """`/ws/jobs/{id}/`: one job."""

    def group_name(self) -> str:
        return publish.job_group(self.scope["url_route"]["kwargs"]["job_id"])

    async def snapshot(self) -> dict[str, Any]:
        job_id = str(self.scope["url_route"]["kwargs"]["job_id"])
        return {"type": "job", "job": await self.read(job_id)}


class MineConsumer(LiveConsumer):
    """`/ws/me/`: all of one's own jobs."""

    def group_name(self) -> str:
        return publish.visitor_group(self.visitor.key)

    async def snapshot(self) -> dict[str, Any]:
        jobs = await self.look(self._jobs)
        for job in jobs:
            self.follow(job)
        return {"type": "snapshot", "jobs": jobs}

    def _jobs(self) -> list[dict[str, Any]]:
        rows = access.jobs_of(self.visitor)[:SNAPSHOT]
        return show_all(JobSerializer, rows, {"host": self.host})
