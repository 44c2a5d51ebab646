"""The live page of a training run: a snapshot, then every change."""

import asyncio
import contextlib
import uuid
from typing import Any

from colorweb.accounts import visitors
from colorweb.accounts.sockets import VisitorConsumer
from colorweb.http import streams
from ml import permissions
from ml.models.runs import TrainingRun
from ml.training import live
from ml.training.serializers import WholeRunSerializer

MIN_INTERVAL = 0.3  # seconds between two messages
POLL_EVERY = 5.0  # seconds: an announcement may be lost


class RunConsumer(VisitorConsumer):
    """`/ws/training-runs/{id}/`, for staff who may view runs.

    Each message has `run` as it is now and the points and samples that are new; `whole` says that
    it has all of them, and that what was known before is void.
    """

    async def connect(self) -> None:
        self.visitor = await streams.read(visitors.of_scope, self.scope)
        self.run_id: uuid.UUID = self.scope["url_route"]["kwargs"]["run_id"]
        if not await streams.read(self._may):
            await self.close(code=4403)
            return
        self.sequence, self.attempt, self.point = -1, -1, 0
        self.changed = asyncio.Event()
        # Logging out, or in as somebody else, closes the page.
        await self.channel_layer.group_add(
            visitors.identity_group(self.visitor.key), self.channel_name
        )
        # The group first, then the snapshot: what changes in between is sent twice, not lost.
        await self.channel_layer.group_add(live.group(self.run_id), self.channel_name)
        first = await streams.read(self._changes)
        if first is None:
            await self.close(code=4404)
            return
        await self.accept()
        await self.send_json(first)
        self.sender = asyncio.create_task(self._send_changes())
        self.start_guard()

    async def disconnect(self, code: int) -> None:
        if hasattr(self, "sender"):
            self.sender.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.sender
        for group in (live.group(self.run_id), visitors.identity_group(self.visitor.key)):
            await self.channel_layer.group_discard(group, self.channel_name)

    async def run_changed(self, message: dict[str, Any]) -> None:
        """The rows have changed."""
        self.changed.set()

    async def _send_changes(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_EVERY):
                    await self.changed.wait()
            self.changed.clear()
            if message := await streams.read(self._changes):
                await self.send_json(message)
            await asyncio.sleep(MIN_INTERVAL)

    def _may(self) -> bool:
        return permissions.may(self.visitor, permissions.VIEW_RUNS)

    def _changes(self) -> dict[str, Any] | None:
        """What is new since the last message; None if nothing is, or the run is gone."""
        run = TrainingRun.objects.filter(pk=self.run_id).first()
        if run is None or run.sequence == self.sequence:
            return None
        whole = run.attempt != self.attempt
        after = 0 if whole else self.point
        news = WholeRunSerializer(run, context={"after": after}).data
        self.sequence, self.attempt = run.sequence, run.attempt
        self.point = max([after, *(point["id"] for point in news["points"])])
        return {"type": "run", "whole": whole, **news}
