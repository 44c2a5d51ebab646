"""Live pages: each socket starts with a snapshot, then hears of every change.

Messages between processes only name the job; what a page receives is read from the row, so
that nobody gets more than REST would give them.
"""

import asyncio
import contextlib
import uuid
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.http import Http404

from colorweb.accounts import visitors
from jobs.events import publish
from jobs.models import TERMINAL
from jobs.serializers.jobs import JobProgressSerializer, JobSerializer, job_for
from jobs.storage import access

SNAPSHOT = 50
POSITIONS_EVERY = 2.0  # seconds: nobody announces that the queue ahead has become shorter


class LiveConsumer(AsyncJsonWebsocketConsumer):
    """What both sockets share: who looks, at which group, and news of positions."""

    groups_joined: tuple[str, ...] = ()

    async def connect(self) -> None:
        self.visitor = await database_sync_to_async(visitors.of_scope)(self.scope)
        if not self.visitor.may("read"):
            await self.close(code=4403)
            return
        headers = dict(self.scope["headers"])
        self.host = headers.get(b"host", b"").decode("latin-1")
        self.waiting: set[str] = set()
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
        self.positions = asyncio.create_task(self._send_positions())

    async def disconnect(self, code: int) -> None:
        if hasattr(self, "positions"):
            self.positions.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.positions
        for group in self.groups_joined:
            await self.channel_layer.group_discard(group, self.channel_name)

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
        await self._send_progress(message["id"], message["progress"])

    async def visitor_disconnected(self, message: dict[str, Any]) -> None:
        """The visitor of this socket is somebody else by now: the page reconnects as that."""
        await self.close(code=4401)

    @database_sync_to_async
    def read(self, job_id: str) -> dict[str, Any]:
        """One job as this visitor may see it. Raises Http404."""
        job = access.visible_job(self.visitor, uuid.UUID(job_id))
        return self._watched(job_for(self.visitor, job, self.host))

    def _watched(self, job: dict[str, Any]) -> dict[str, Any]:
        """The job itself; remembers whether its position may change."""
        remember = self.waiting.discard if job["status"] in TERMINAL else self.waiting.add
        remember(job["id"])
        return job

    @database_sync_to_async
    def _progress(self, job_id: str, newest: float | None) -> dict[str, Any]:
        job = access.visible_job(self.visitor, uuid.UUID(job_id))
        return {
            "type": "progress",
            **JobProgressSerializer(job, context={"progress": newest}).data,
        }

    async def _send_progress(self, job_id: str, newest: float | None = None) -> None:
        try:
            await self.send_json(await self._progress(job_id, newest))
        except Http404:
            self.waiting.discard(job_id)

    async def _send_positions(self) -> None:
        while True:
            await asyncio.sleep(POSITIONS_EVERY)
            for job_id in tuple(self.waiting):
                await self._send_progress(job_id)


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

    @database_sync_to_async
    def snapshot(self) -> dict[str, Any]:
        rows = access.jobs_of(self.visitor)[:SNAPSHOT]
        jobs = JobSerializer(rows, many=True, context={"host": self.host}).data
        return {"type": "snapshot", "jobs": [self._watched(job) for job in jobs]}
