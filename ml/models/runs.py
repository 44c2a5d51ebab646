"""A training run: its options, how far it is, and everything there is to look at."""

from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from colorweb.errors import message_of
from ml.models.datasets import DataSet
from ml.models.task import Task
from ml.models.versions import ModelVersion


class TrainingRun(Task):
    """One training of one network. Only `ml.training.states` changes `state`."""

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        SUCCEEDED = "succeeded", _("finished")
        STOPPED = "stopped", _("stopped")
        FAILED = "failed", _("failed")

    class Stage(models.TextChoices):
        WAITING = "waiting", _("waiting")
        PREPARING = "preparing", _("fetching the photos")
        TRAINING = "training", _("training")
        FINISHING = "finishing", _("saving the model")
        DONE = "done", _("done")

    name = models.CharField(_("name"), max_length=100)
    note = models.TextField(_("note"), blank=True)
    preset = models.CharField(_("preset"), max_length=20)
    base = models.CharField(
        _("base model"), max_length=100, blank=True, help_text="Whose weights it starts from."
    )
    options = models.JSONField(default=dict, help_text="See `ml.training.options`.")

    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.QUEUED)
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.WAITING)
    stop_requested = models.BooleanField(default=False)
    sequence = models.PositiveIntegerField(default=0, help_text="Grows with every change.")
    error = models.JSONField(default=dict, blank=True, help_text="See `ml.errors`.")

    step = models.PositiveIntegerField(default=0)
    epoch = models.PositiveIntegerField(default=0)
    progress = models.FloatField(default=0.0, help_text="0 to 1.")
    now = models.JSONField(default=dict, help_text="Speed, time left, GPU use: the latest.")
    baseline = models.JSONField(
        default=dict, help_text="The model in service on this run's validation photos."
    )
    reference = models.JSONField(
        default=dict,
        help_text="The reference set when it began, `data_set` and `fingerprint`: measured, and "
        "kept out of training.",
    )
    log = models.TextField(blank=True, help_text="The last lines the child process has said.")

    version = models.ForeignKey(
        ModelVersion, models.SET_NULL, null=True, blank=True, related_name="runs"
    )

    # The last copy of the run's folder in the storage: another machine can go on from it.
    checkpoint = models.CharField(max_length=200, blank=True, help_text="Storage folder.")
    bytes = models.BigIntegerField(
        _("size"),
        default=0,
        db_default=0,  # a process of the version before may still run
        help_text="Of its files, where it was trained and in the storage.",
    )
    died_at = models.PositiveIntegerField(default=0, help_text="Step at which a worker was lost.")

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(_("made"), auto_now_add=True)
    queued_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("training run")
        verbose_name_plural = _("training runs")
        ordering: ClassVar = ["-created_at"]
        permissions: ClassVar = [("train", _("May start and manage training runs"))]

    def __str__(self) -> str:
        return self.name

    @property
    def crashes(self) -> int:
        """Only crashes in one place count: a run of weeks may outlive many restarts."""
        return self.crash_count + 1 if self.step <= self.died_at else 1

    @property
    def is_over(self) -> bool:
        return self.state in OVER

    @property
    def error_message(self) -> str:
        """Why it failed, in the reader's language."""
        return message_of(self.error)

    @property
    def folder(self) -> str:
        """Storage folder of everything that belongs to this run."""
        return f"training/{self.id}"

    @property
    def local(self) -> Path:
        """Where a worker keeps the run while it trains."""
        return Path(settings.TRAINING_DIR) / str(self.id)


OVER = frozenset({TrainingRun.State.SUCCEEDED, TrainingRun.State.STOPPED, TrainingRun.State.FAILED})


class RunData(models.Model):
    """A data set as it was when the run was made; the fingerprint shows if it still is."""

    run = models.ForeignKey(TrainingRun, models.CASCADE, related_name="data")
    data_set = models.ForeignKey(DataSet, models.SET_NULL, null=True, related_name="uses")
    name = models.CharField(max_length=100)
    fingerprint = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.name} ({self.fingerprint[:12]})"


class RunPoint(models.Model):
    """A point of the curves: what was measured at a step, in training or on held-out photos."""

    class Kind(models.TextChoices):
        STEP = "step"
        CHECK = "check"

    run = models.ForeignKey(TrainingRun, models.CASCADE, related_name="points")
    kind = models.CharField(max_length=5, choices=Kind.choices)
    step = models.PositiveIntegerField()
    epoch = models.FloatField()
    values = models.JSONField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "kind", "step"], name="one_point_a_step")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.step}"


class RunSample(models.Model):
    """Sample photos at a step: gray, as colored now, and true, in one picture."""

    run = models.ForeignKey(TrainingRun, models.CASCADE, related_name="samples")
    step = models.PositiveIntegerField()
    epoch = models.FloatField()
    file = models.CharField(max_length=200, help_text="Storage name.")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "step"], name="one_sample_a_step")
        ]

    def __str__(self) -> str:
        return f"samples at {self.step}"
