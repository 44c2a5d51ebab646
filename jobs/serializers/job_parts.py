"""What a job's JSON consists of: each part reads the job itself."""

from typing import Any

from rest_framework import serializers

from colorweb.api.serializers import RowSerializer
from jobs.models import DEPTHS, EXTENSIONS, Job, Photo, State
from jobs.queue.retries import OURS
from jobs.serializers.addresses import AddressField, FileField, SocketField, UrlsSerializer
from jobs.serializers.notes import NoteSerializer
from ml.imaging.vividness import STEPS


class JobErrorSerializer(RowSerializer):
    code = serializers.CharField(
        source="error_code",
        help_text="Stable, for programs: what is wrong with the photo, or one of "
        + ", ".join(f"`{code}`" for code in OURS)
        + ".",
    )
    message = serializers.CharField(
        source="error_text", help_text="For people, in the language asked for."
    )

    def to_representation(self, job: Job) -> dict[str, Any] | None:  # type: ignore[override]
        return super().to_representation(job) if job.error_code else None


class JobModelSerializer(RowSerializer):
    name = serializers.CharField(source="model_name")
    version = serializers.CharField(
        source="model_version", help_text="First 12 digits of the weights' SHA-256."
    )

    def to_representation(self, job: Job) -> dict[str, Any] | None:  # type: ignore[override]
        return super().to_representation(job) if job.model_name else None


class HintSerializer(serializers.Serializer):
    x = serializers.FloatField(help_text="0 to 1 of the photo's width, upright, as it came.")
    y = serializers.FloatField(help_text="0 to 1 of its height.")
    a = serializers.FloatField(help_text="The color in Lab, as seen at vividness 1.")
    b = serializers.FloatField()
    radius = serializers.FloatField(help_text="Pixels of a frame of 256.")


class GeometrySerializer(serializers.Serializer):
    turn = serializers.ChoiceField([0, 90, 180, 270], help_text="Degrees, clockwise.")
    corners = serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField(), min_length=2, max_length=2),
        min_length=4,
        max_length=4,
        allow_null=True,
        help_text="What is cut out: x, y of each corner, 0 to 1 of the photo as it came, clockwise "
        "from the upper left one. null: all of it.",
    )


class LookSerializer(RowSerializer):
    """How a photo is shown everywhere; changing it needs no network."""

    vividness = serializers.FloatField(help_text=f"{STEPS}.")
    tones = serializers.FloatField(help_text="How far faded tones are restored, 0 to 1.")
    revision = serializers.IntegerField(
        source="look_revision", help_text="Grows with every change."
    )


class JobOptionsSerializer(RowSerializer):
    vividness = serializers.FloatField(help_text=f"Of the job's own files. {STEPS}.")
    network_size = serializers.IntegerField(
        allow_null=True, help_text="Short side the network sees, pixels; null: the model's own."
    )
    hints = HintSerializer(many=True)
    geometry = GeometrySerializer(allow_null=True)
    format = serializers.ChoiceField(list(EXTENSIONS))
    depth = serializers.ChoiceField(DEPTHS, help_text="Bits a channel of the result.")


class JobPhotoSerializer(RowSerializer):
    """The photo as this job shows it."""

    id = serializers.UUIDField(source="photo.id")
    name = serializers.CharField(source="photo.name", help_text="The file's name as it was sent.")
    title = serializers.CharField(source="photo.title", allow_blank=True)
    alt = serializers.CharField(
        source="photo.alt", allow_blank=True, help_text="What can be seen, in the owner's words."
    )
    width = serializers.IntegerField(
        source="shown_width", help_text="Pixels, upright, after `options.geometry`."
    )
    height = serializers.IntegerField(source="shown_height")
    format = serializers.CharField(
        source="photo.format", help_text="Found in the content, not taken from the name."
    )
    bytes = serializers.IntegerField(source="photo.bytes")
    depth = serializers.ChoiceField(DEPTHS, source="photo.depth", help_text="Bits a channel.")
    pages = serializers.IntegerField(source="photo.pages", help_text="How many its file has.")
    page = serializers.IntegerField(source="photo.page", help_text="The one it is, from 1.")
    notes = NoteSerializer(
        many=True, source="photo.noticed", help_text="What was noticed when the file was read."
    )
    has_color = serializers.BooleanField(
        source="photo.has_color", help_text="The photo was not gray when it came."
    )
    visibility = serializers.ChoiceField(Photo.Visibility.values, source="photo.visibility")
    look = LookSerializer(source="photo")
    likes = serializers.IntegerField(source="photo.likes")


class ElapsedField(serializers.IntegerField):
    """Milliseconds from a job's making to another moment of it; null until that is known."""

    def __init__(self, until: str) -> None:
        super().__init__(allow_null=True)
        self.until = until

    def get_attribute(self, job: Job) -> Any:
        until = getattr(job, self.until)
        return until and until - job.created_at

    def to_representation(self, elapsed: Any) -> int:
        return round(elapsed.total_seconds() * 1000)


class StageField(serializers.IntegerField):
    """Milliseconds that a stage took; null until that is known."""

    def __init__(self, stage: str) -> None:
        super().__init__(allow_null=True)
        self.stage = stage

    def get_attribute(self, job: Job) -> Any:
        return job.timings.get(f"{self.stage}_ms")


class JobTimingsSerializer(RowSerializer):
    """Milliseconds; null until known."""

    wait_ms = ElapsedField("started_at")
    reading_ms = StageField("reading")
    colorizing_ms = StageField("colorizing")
    saving_ms = StageField("saving")
    total_ms = ElapsedField("finished_at")


def _may_be_retried(job: Job) -> bool:
    return job.state in (State.FAILED, State.CANCELED)


def succeeded(job: Job) -> bool:
    return job.state == State.SUCCEEDED


class JobUrlsSerializer(UrlsSerializer):
    """Absolute addresses; null where there is nothing (yet)."""

    self = AddressField("api-job", "This job.")
    socket = SocketField("Websocket: the job now, and at each change.")
    events = AddressField("api-job-events", "Server-sent events: the same messages.")
    page = AddressField("job", "For people.")
    permalink = AddressField(
        "photo", "For people: the photo, whichever of its colors are published.", key="photo_id"
    )
    cancel = AddressField(
        "api-job-cancel",
        "POST here; null once the job has ended.",
        when=lambda job: not job.is_terminal,
    )
    retry = AddressField(
        "api-job-retry",
        "POST here; null unless the job failed or was canceled.",
        when=_may_be_retried,
    )
    photo = AddressField("api-photo", "The photo, for its owner.", key="photo_id")
    result = FileField(
        "result", "The colored photo at full size, as the job made it.", when=succeeded
    )
    download = FileField("result", "The same as an attachment.", when=succeeded, query="?download")
    gray = FileField("gray", "The photo in gray at full size.", when=succeeded)
    preview = FileField(
        "preview",
        "Colored, with the photo's look, JPEG, long side at most 1600.",
        when=succeeded,
        in_look=True,
    )
    card = FileField("card", "The same, long side at most 480.", when=succeeded, in_look=True)
    colors = FileField(
        "colors",
        "The colors alone, PNG: a small map from which pages blend other vividnesses.",
        when=succeeded,
    )
    gray_preview = FileField("gray_preview", "Gray, JPEG, long side at most 1600; there at once.")
    gray_card = FileField("gray_card", "Gray, JPEG, long side at most 480; there at once.")
    original_preview = FileField(
        "original_preview",
        "As it came, JPEG, long side at most 1600; null where the photo was gray.",
        when=lambda job: not job.photo.was_gray,
    )
