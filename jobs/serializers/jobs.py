"""A job as JSON, for the API, the sockets, the webhooks and the pages.

The context names the `host` that addresses start with.
"""

import uuid
from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from colorweb.accounts.visitors import Visitor
from colorweb.api.serializers import MomentField, PageSerializer, RowSerializer, show, shown
from jobs.events.progress import progress_of
from jobs.models import Job, Rendition, Stage, State
from jobs.queue import positions
from jobs.serializers import examples
from jobs.serializers.account import GuestTokenSerializer
from jobs.serializers.job_parts import (
    JobErrorSerializer,
    JobModelSerializer,
    JobOptionsSerializer,
    JobPhotoSerializer,
    JobTimingsSerializer,
    JobUrlsSerializer,
)
from jobs.storage import access

STAGE_PROGRESS = {"waiting": 0.0, "reading": 0.05, "colorizing": 0.2, "saving": 0.8, "done": 1.0}
"""Where the bar stands when a stage begins."""


UNSHOWN = (
    *("worker", "queue_owner", "frame", "webhook_url", "result", "lease_until", "visitor_key"),
    *(
        f"photo__{name}"
        for name in (
            *("owner", "guest", "caption", "taken", "people", "words_public", "published_at"),
            *("hidden_for", "trashed_at", "source", "stored_bytes", "has_alpha", "sha256"),
            *("tone_low", "tone_high", "created_at", "newest", "state", "colored_by"),
        )
    ),
)
"""What lists of jobs need not read, since `JobSerializer` does not write it."""


class JobListSerializer(serializers.ListSerializer):
    """Many jobs; one query finds the positions of all."""

    child: "JobProgressSerializer"

    def to_representation(self, jobs: Any) -> list[Any]:
        rows = list(jobs)
        self.child.look_up(rows)
        return super().to_representation(rows)


class JobProgressSerializer(RowSerializer):
    """What changes while a job waits and runs.

    The context may hold a `progress` that is newer than the one kept for the job, and `positions`
    that are known already.
    """

    places: dict[uuid.UUID, int]
    throughput: positions.Throughput | None

    id = serializers.UUIDField()
    stage = serializers.ChoiceField(Stage.values)
    progress = serializers.SerializerMethodField()
    position = serializers.SerializerMethodField(
        help_text="Place in the queue, 1 is next; null unless queued."
    )
    eta_seconds = serializers.SerializerMethodField(
        help_text="Expected seconds until the end; null if unknown."
    )
    sequence = serializers.IntegerField(
        help_text="Grows with every change; drop news with a lower one than you know."
    )

    class Meta:
        list_serializer_class = JobListSerializer

    def to_representation(self, job: Job) -> dict[str, Any]:
        if not isinstance(self.parent, JobListSerializer):
            self.look_up([job])
        return super().to_representation(job)

    def look_up(self, jobs: Sequence[Job]) -> None:
        """Find what is to be known of the queue for these jobs together."""
        known = self.context.get("positions")
        self.places = positions.positions(jobs) if known is None else known
        unfinished = any(not job.is_terminal for job in jobs)
        self.throughput = positions.throughput() if unfinished else None

    @extend_schema_field(serializers.FloatField(min_value=0, max_value=1))
    def get_progress(self, job: Job) -> float:
        progress = STAGE_PROGRESS[job.stage]
        if job.state == State.RUNNING:
            newest = self.context.get("progress")
            progress = max(progress, progress_of(job.pk) if newest is None else newest)
        return round(progress, 3)

    def get_position(self, job: Job) -> int | None:
        return self.places.get(job.pk)

    def get_eta_seconds(self, job: Job) -> float | None:
        if self.throughput is None:
            return None
        return positions.eta(job, self.get_position(job), self.throughput)


@extend_schema_serializer(examples=shown(examples.QUEUED, examples.SUCCEEDED, examples.CANCELED))
class JobSerializer(JobProgressSerializer):
    """One coloring of one photo."""

    status = serializers.ChoiceField(
        State.values,
        source="state",
        help_text="The last three are final: succeeded, failed, canceled.",
    )
    error = JobErrorSerializer(source="*", allow_null=True)
    model = JobModelSerializer(
        source="*", allow_null=True, help_text="What colored it; null until then."
    )
    options = JobOptionsSerializer(source="*")
    photo = JobPhotoSerializer(source="*")
    in_use = serializers.BooleanField(
        help_text="The photo is shown in these colors: in the gallery, by links, in zips."
    )
    batch = serializers.UUIDField(
        source="batch_id", allow_null=True, help_text="The batch it belongs to."
    )
    index = serializers.SerializerMethodField(
        help_text="Place of its file among those of the batch, from 0."
    )
    path = serializers.SerializerMethodField(
        help_text="Of its file in the batch: `photo.name`, with folders."
    )
    retried_from = serializers.UUIDField(
        source="retried_from_id", allow_null=True, help_text="The job that this one tries again."
    )
    reference = serializers.CharField(allow_blank=True, help_text="As you sent it.")
    metadata = serializers.DictField(help_text="As you sent it.")
    timings = JobTimingsSerializer(source="*")
    urls = JobUrlsSerializer(source="*")
    created_at = MomentField()
    started_at = MomentField(allow_null=True)
    finished_at = MomentField(allow_null=True)

    def get_index(self, job: Job) -> int | None:
        return job.batch_index if job.batch_id else None

    def get_path(self, job: Job) -> str | None:
        return job.photo.name if job.batch_id else None


class PublicJobSerializer(JobSerializer):
    """The same for others: without what tells more than is published, such as the file's name."""

    def to_representation(self, job: Job) -> dict[str, Any]:
        data = super().to_representation(job)
        data["photo"] |= {"name": "", "notes": []}
        data["options"] |= {"hints": [], "geometry": None}
        data |= {"reference": "", "metadata": {}}
        data |= dict.fromkeys(("batch", "index", "path", "retried_from"))
        return data


def job_for(visitor: Visitor, job: Job, host: str) -> dict[str, Any]:
    """A job that the visitor may look at, with all that the visitor may know of it."""
    kind = JobSerializer if access.owns(visitor, job.photo) else PublicJobSerializer
    return show(kind, job, {"host": host})


@extend_schema_serializer(examples=shown(examples.CREATED, examples.SUCCEEDED))
class CreatedJobSerializer(GuestTokenSerializer, JobSerializer):
    """A job that a request has made."""


@extend_schema_serializer(examples=shown(examples.PAGE))
class JobPageSerializer(PageSerializer):
    results = JobSerializer(many=True)


class StreamEventSerializer(serializers.Serializer):
    """One server-sent event."""

    id = serializers.CharField(help_text="The job's `sequence`.")
    event = serializers.ChoiceField(["job", "progress"])
    data = serializers.CharField(  # type: ignore[assignment]
        help_text="JSON, as on the websocket."
    )


class RenditionSerializer(serializers.Serializer):
    """A file that is being made."""

    status = serializers.ChoiceField(["queued"], source="state")
    progress = serializers.SerializerMethodField()

    @extend_schema_field(serializers.FloatField(min_value=0, max_value=1))
    def get_progress(self, rendition: Rendition) -> float:
        return progress_of(rendition.pk)
