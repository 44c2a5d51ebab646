"""A photo, the jobs that colour it, and the state of the queue."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Photo(models.Model):
    """A photo somebody sent: its files lie in `folder`, its row says whose it is."""

    class Visibility(models.TextChoices):
        PRIVATE = "private", _("private")
        PUBLIC = "public", _("public")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="photos"
    )
    guest = models.CharField(max_length=32, blank=True, help_text="The guest's key, hex.")
    name = models.CharField(max_length=200, help_text="The file's name as it was sent.")
    title = models.CharField(max_length=200, blank=True)
    visibility = models.CharField(
        max_length=10, choices=Visibility.choices, default=Visibility.PRIVATE
    )
    published_job = models.ForeignKey(
        "Job", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    published_at = models.DateTimeField(null=True, blank=True)

    source = models.CharField(max_length=200, help_text="Storage name of the file as sent.")
    format = models.CharField(max_length=10)
    bytes = models.BigIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    has_colour = models.BooleanField(default=False)
    has_alpha = models.BooleanField(default=False)
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["owner", "-created_at"], name="photo_of_owner"),
            models.Index(
                fields=["guest", "-created_at"], name="photo_of_guest", condition=~Q(guest="")
            ),
            models.Index(fields=["created_at"], name="photo_guest_age", condition=~Q(guest="")),
            models.Index(
                fields=["-published_at", "id"],
                name="photo_gallery",
                condition=Q(visibility="public"),
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(owner__isnull=False) | ~Q(guest=""), name="photo_has_an_owner"
            )
        ]

    def __str__(self) -> str:
        return self.title or self.name

    @property
    def folder(self) -> str:
        """Storage folder of everything that belongs to this photo."""
        return folder_of(self.id)

    @property
    def visitor_key(self) -> str:
        """The name of its owner's live channel, as `Visitor.key` spells it."""
        return f"user-{self.owner_id}" if self.owner_id else f"guest-{self.guest}"


def folder_of(photo_id: uuid.UUID) -> str:
    """Where a photo's files lie; two letters of the id keep directories small."""
    return f"photos/{photo_id.hex[:2]}/{photo_id}"


class State(models.TextChoices):
    QUEUED = "queued", _("queued")
    RUNNING = "running", _("running")
    SUCCEEDED = "succeeded", _("succeeded")
    FAILED = "failed", _("failed")
    CANCELED = "canceled", _("canceled")


class Stage(models.TextChoices):
    WAITING = "waiting", _("waiting")
    READING = "reading", _("reading")
    COLOURING = "colouring", _("colouring")
    SAVING = "saving", _("saving")
    DONE = "done", _("done")


class Job(models.Model):
    """One colouring of one photo. Only `jobs.states` changes `state` and `stage`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    photo = models.ForeignKey(Photo, models.CASCADE, related_name="jobs")
    retried_from = models.ForeignKey("self", models.SET_NULL, null=True, blank=True)

    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.WAITING)
    sequence = models.PositiveIntegerField(default=0, help_text="Grows with every change.")
    cancel_requested = models.BooleanField(default=False)

    # The queue: whose turn, in what order, which photos fit in one batch.
    queue_owner = models.CharField(max_length=64)
    turn = models.BigIntegerField()
    priority = models.SmallIntegerField(default=0, help_text="Lower goes first within a turn.")
    frame = models.CharField(max_length=12, help_text="Shape the network sees, e.g. 256x384.")

    # The lease: who works on it, until when; writes name the attempt.
    attempt = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)

    model = models.CharField(max_length=60, blank=True, help_text="Asked for; empty: default.")
    vividness = models.FloatField(default=1.0)
    size = models.PositiveIntegerField(null=True, blank=True)
    format = models.CharField(max_length=10, default="jpeg")

    model_name = models.CharField(max_length=60, blank=True, help_text="What coloured it.")
    model_version = models.CharField(max_length=64, blank=True)
    result = models.CharField(max_length=200, blank=True, help_text="Storage name.")
    timings = models.JSONField(default=dict, blank=True)
    error_code = models.CharField(max_length=40, blank=True)
    error_message = models.TextField(blank=True)

    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["turn", "priority", "created_at"],
                name="job_queue",
                condition=Q(state="queued"),
            ),
            models.Index(fields=["lease_until"], name="job_leases", condition=Q(state="running")),
            models.Index(fields=["queue_owner", "turn"], name="job_owner_turn"),
            models.Index(fields=["queue_owner", "created_at"], name="job_owner_created"),
            models.Index(
                fields=["queue_owner"], name="job_owner_waiting", condition=Q(state="queued")
            ),
            models.Index(
                fields=["-finished_at"], name="job_finished", condition=Q(state="succeeded")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.photo_id} {self.state}"

    @property
    def is_terminal(self) -> bool:
        return self.state in TERMINAL

    def file(self, kind: str) -> str:
        """Storage name of a file this attempt makes; the attempt in it keeps a late one apart."""
        suffix = EXTENSIONS[self.format] if kind == "result" else "jpg"
        return f"{folder_of(self.photo_id)}/{self.id}-{self.attempt}-{kind}.{suffix}"


TERMINAL = frozenset({State.SUCCEEDED, State.FAILED, State.CANCELED})
EXTENSIONS = {"jpeg": "jpg", "png": "png", "webp": "webp"}


class IdempotencyKey(models.Model):
    """A visitor's name for a request, and the job it made; `jobs.idempotency` says how."""

    owner = models.CharField(max_length=64, help_text="The visitor's key.")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text="What the request asked for.")
    job = models.ForeignKey(Job, models.CASCADE)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "key"], name="idempotency_key_of_owner")
        ]

    def __str__(self) -> str:
        return self.key


class Queue(models.Model):
    """The one row that says how far the queue has come."""

    served_turn = models.BigIntegerField(default=0)
    paused = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"turn {self.served_turn}{' (paused)' if self.paused else ''}"
