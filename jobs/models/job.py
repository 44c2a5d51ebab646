"""A job: one coloring of one photo, and the queue's and the lease's columns."""

import uuid
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from colorweb.leases.models import Leased
from jobs.models.failure import Failure
from jobs.models.photo import EVERYBODYS, STORED_AS, Look, Photo, folder_of
from ml.imaging import geometry, hints
from ml.imaging.hints import Hint
from ml.imaging.vividness import CALM, NATURAL, VIVID


class State(models.TextChoices):
    QUEUED = "queued", _("queued")
    RUNNING = "running", _("running")
    SUCCEEDED = "succeeded", _("succeeded")
    FAILED = "failed", _("failed")
    CANCELED = "canceled", _("canceled")


class Stage(models.TextChoices):
    WAITING = "waiting", _("waiting")
    READING = "reading", _("reading")
    COLORIZING = "colorizing", _("colorizing")
    SAVING = "saving", _("saving")
    DONE = "done", _("done")


class Vividness(float, models.Choices):
    """The steps of vividness that have names."""

    CALM = CALM, _("calm")
    NATURAL = NATURAL, _("natural")
    VIVID = VIVID, _("vivid")


class Job(Leased, Failure):
    """One coloring of one photo. Only `jobs.queue.states` changes `state` and `stage`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    photo = models.ForeignKey(Photo, models.CASCADE, related_name="jobs")
    batch = models.ForeignKey("Batch", models.SET_NULL, null=True, blank=True, related_name="jobs")
    batch_index = models.PositiveIntegerField(
        null=True, blank=True, help_text="The file's place among those of the batch, from 0."
    )
    # Whose photo it is, as the photo says: lists of an account's jobs need no look at the photos.
    visitor_key = models.CharField(
        max_length=40, db_default="", editable=False, help_text="As `Photo.visitor_key`."
    )
    retried_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="retries"
    )

    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.WAITING)
    sequence = models.PositiveIntegerField(default=0, help_text="Grows with every change.")
    cancel_requested = models.BooleanField(default=False)

    # The queue: whose turn, in what order, which photos fit in one batch.
    queue_owner = models.CharField(max_length=64)
    turn = models.BigIntegerField()
    priority = models.SmallIntegerField(default=0, help_text="Lower goes first within a turn.")
    frame = models.CharField(max_length=12, help_text="Shape the network sees, e.g. 256x384.")

    # A wider column would rewrite the largest table.
    attempt = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=100, blank=True)

    model = models.CharField(max_length=80, blank=True, help_text="Asked for; empty: default.")
    # The look that its files were made with; a photo's look may change later.
    vividness = models.FloatField(default=NATURAL)
    tones = models.FloatField(default=0.0)
    network_size = models.PositiveIntegerField(
        null=True, blank=True, help_text="Short side the network sees; null: the model's own."
    )
    hints = models.JSONField(default=list, blank=True, help_text="As `ml.imaging.hints` reads.")
    geometry = models.JSONField(
        null=True, blank=True, help_text="As `ml.imaging.geometry` reads; null: as it came."
    )
    format = models.CharField(max_length=10, default="jpeg")
    depth = models.PositiveSmallIntegerField(
        default=8,
        db_default=8,  # a process of the version before may still run
        help_text="Bits a channel of the result, 8 or 16.",
    )
    webhook_url = models.CharField(max_length=2000, blank=True, help_text="Called at its end.")
    reference = models.CharField(max_length=200, blank=True, help_text="Its sender's own.")
    metadata = models.JSONField(default=dict, blank=True, help_text="Its sender's own.")

    model_name = models.CharField(max_length=60, blank=True, help_text="What colored it.")
    model_version = models.CharField(max_length=64, blank=True)
    result = models.CharField(max_length=200, blank=True, help_text="Storage name.")
    timings = models.JSONField(default=dict, blank=True)

    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        indexes: ClassVar = [
            models.Index(
                fields=["turn", "priority", "created_at", "id"],
                name="job_queue",
                condition=Q(state="queued"),
            ),
            models.Index(fields=["lease_until"], name="job_leases", condition=Q(state="running")),
            models.Index(fields=["queue_owner", "turn"], name="job_owner_turn"),
            models.Index(
                fields=["queue_owner"], name="job_owner_waiting", condition=Q(state="queued")
            ),
            models.Index(
                fields=["-finished_at"], name="job_finished", condition=Q(state="succeeded")
            ),
            models.Index(fields=["-finished_at"], name="job_failed", condition=Q(state="failed")),
            models.Index(fields=["reference", "-created_at"], name="job_reference"),
            models.Index(fields=["visitor_key", "-created_at", "-id"], name="job_of_visitor"),
            models.Index(
                fields=["visitor_key", "state", "-created_at", "-id"],
                name="job_of_visitor_state",
                condition=~Q(state="succeeded"),
            ),
            # The console's lists, which alone name its condition: for an owner's list PostgreSQL
            # would think it quicker than the owner's index, and read everybody's rows for theirs.
            models.Index(
                fields=["-created_at", "-id"],
                name="job_created",
                condition=EVERYBODYS,
            ),
            models.Index(
                fields=["state", "-created_at", "-id"],
                name="job_state",
                condition=~Q(state="succeeded"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.photo_id} {self.state}"

    def save(self, **options: Any) -> None:
        """A new job is its photo's owner's."""
        if self._state.adding:
            self.visitor_key = self.photo.visitor_key
        super().save(**options)

    @property
    def is_terminal(self) -> bool:
        return self.state in TERMINAL

    @property
    def placed_hints(self) -> list[Hint]:
        """Its hints as they lie in the prepared photo; those that are cut off are left out."""
        prepared, photo = geometry.read(self.geometry), self.photo
        placed = []
        for hint in hints.read(self.hints):
            x, y = prepared.place(hint.x, hint.y, photo.width, photo.height)
            if 0 <= x <= 1 and 0 <= y <= 1:
                placed.append(hint._replace(x=x, y=y))
        return placed

    @property
    def in_use(self) -> bool:
        """Whether its photo is shown in its colors."""
        return self.photo.version_id == self.pk

    @property
    def look(self) -> Look:
        """The look that its files were made with."""
        return Look(self.vividness, self.tones)

    @property
    def shown_size(self) -> tuple[int, int]:
        """Width and height of its colored photo, pixels."""
        return geometry.read(self.geometry).size(self.photo.width, self.photo.height)

    @property
    def shown_width(self) -> int:
        return self.shown_size[0]

    @property
    def shown_height(self) -> int:
        return self.shown_size[1]

    def copy(self, **changes: Any) -> "Job":
        """An unsaved job for the same photo with the same options, but for `changes`."""
        return Job(**{name: getattr(self, name) for name in COPIED} | changes)

    def file(self, kind: str) -> str:
        """Storage name of a file this attempt makes; the attempt in it keeps a late one apart."""
        suffix = {"result": EXTENSIONS[self.format], "colors": "png"}.get(kind, "jpg")
        name = STORED_AS.get(kind, kind)
        return f"{folder_of(self.photo_id)}/{self.id}-{self.attempt}-{name}.{suffix}"


COPIED = (
    *("photo", "batch", "batch_index", "queue_owner", "priority", "frame"),
    *("model", "vividness", "tones", "network_size", "hints", "geometry", "format", "depth"),
    *("webhook_url", "reference", "metadata"),
)
"""Fields that a job made from a job copies; all others belong to one attempt at coloring."""
TERMINAL = frozenset({State.SUCCEEDED, State.FAILED, State.CANCELED})
EXTENSIONS = {"jpeg": "jpg", "png": "png", "webp": "webp", "tiff": "tif", "avif": "avif"}
"""Formats of results, and the suffixes of their files."""
OFFERED = ("jpeg", "png", "webp")
"""Formats that pages offer; that in which a photo came is offered too."""
DEPTHS = (8, 16)
