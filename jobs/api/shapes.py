"""What the API answers, as the OpenAPI document tells it. `jobs.serializers.jobs` makes it."""

from typing import Any

from rest_framework import serializers

from colorweb.accounts.models import ApiToken
from colorweb.api.shapes import PageSerializer
from jobs.models import EXTENSIONS, TEST, Batch, Event, Photo, Stage, State, WebhookDelivery
from jobs.queue.retries import OURS
from jobs.webhooks.endpoints import ASKED, FAILING, GONE
from ml.imaging.vividness import STEPS


class JobErrorSerializer(serializers.Serializer):
    code = serializers.CharField(
        help_text="Stable, for programs: what is wrong with the photo, or one of "
        + ", ".join(f"`{code}`" for code in OURS)
        + "."
    )
    message = serializers.CharField(help_text="For people, in the language asked for.")


class JobModelSerializer(serializers.Serializer):
    name = serializers.CharField()
    version = serializers.CharField(help_text="First 12 digits of the weights' SHA-256.")


class JobOptionsSerializer(serializers.Serializer):
    vividness = serializers.FloatField(help_text=f"{STEPS}.")
    size = serializers.IntegerField(
        allow_null=True, help_text="Short side the network sees, pixels; null: the model's own."
    )
    format = serializers.ChoiceField(list(EXTENSIONS))


class JobPhotoSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField(help_text="The file's name as it was sent.")
    title = serializers.CharField(allow_blank=True)
    alt = serializers.CharField(
        allow_blank=True, help_text="What can be seen, in the owner's words."
    )
    width = serializers.IntegerField(help_text="Pixels, as the photo is held upright.")
    height = serializers.IntegerField()
    format = serializers.CharField(help_text="Found in the content, not taken from the name.")
    bytes = serializers.IntegerField()
    has_color = serializers.BooleanField(help_text="The photo was not gray when it came.")
    visibility = serializers.ChoiceField(Photo.Visibility.values)
    likes = serializers.IntegerField()


class JobTimingsSerializer(serializers.Serializer):
    """Milliseconds; null until known."""

    wait_ms = serializers.IntegerField(allow_null=True)
    reading_ms = serializers.IntegerField(allow_null=True)
    colorizing_ms = serializers.IntegerField(allow_null=True)
    saving_ms = serializers.IntegerField(allow_null=True)
    total_ms = serializers.IntegerField(allow_null=True)


def _url(text: str, **more: Any) -> serializers.URLField:
    return serializers.URLField(help_text=text, **more)


class JobUrlsSerializer(serializers.Serializer):
    """Absolute addresses; null where there is nothing (yet)."""

    self = _url("This job.")
    events = _url("Websocket: the job now, and at each change.")
    stream = _url("Server-sent events: the same messages.")
    page = _url("For people.")
    permalink = _url("For people: the photo, whichever of its colors are published.")
    cancel = _url("POST here; null once the job has ended.", allow_null=True)
    retry = _url("POST here; null unless the job failed or was canceled.", allow_null=True)
    result = _url("The colored photo at full size.", allow_null=True)
    download = _url("The same as an attachment.", allow_null=True)
    gray = _url("The photo in gray at full size.", allow_null=True)
    preview = _url("Colored, JPEG, long side at most 1600.", allow_null=True)
    card = _url("Colored, JPEG, long side at most 480.", allow_null=True)
    colors = _url(
        "The colors alone, PNG: a small map from which pages blend other vividnesses.",
        allow_null=True,
    )
    gray_preview = _url("Gray, JPEG, long side at most 1600; there at once.")
    gray_card = _url("Gray, JPEG, long side at most 480; there at once.")
    original_preview = _url(
        "As it came, JPEG, long side at most 1600; null unless the photo had color.",
        allow_null=True,
    )


class JobSerializer(serializers.Serializer):
    """One coloring of one photo."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(
        State.values, help_text="The last three are final: succeeded, failed, canceled."
    )
    stage = serializers.ChoiceField(Stage.values)
    progress = serializers.FloatField(min_value=0, max_value=1)
    position = serializers.IntegerField(
        allow_null=True, help_text="Place in the queue, 1 is next; null unless queued."
    )
    eta_seconds = serializers.FloatField(
        allow_null=True, help_text="Expected seconds until the end; null if unknown."
    )
    sequence = serializers.IntegerField(
        help_text="Grows with every change; drop news with a lower one than you know."
    )
    error = JobErrorSerializer(allow_null=True)
    model = JobModelSerializer(allow_null=True, help_text="What colored it; null until then.")
    options = JobOptionsSerializer()
    photo = JobPhotoSerializer()
    timings = JobTimingsSerializer()
    urls = JobUrlsSerializer()
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)


class StreamEventSerializer(serializers.Serializer):
    """One server-sent event."""

    id = serializers.CharField(help_text="The job's `sequence`.")
    event = serializers.ChoiceField(["job", "progress"])
    data = serializers.CharField(  # type: ignore[assignment]
        help_text="JSON, as on the websocket."
    )


class CreatedJobSerializer(JobSerializer):
    guest_token = serializers.CharField(
        required=False,
        help_text="Only for a guest nobody knows yet: send it as `Authorization: Bearer …` from "
        "now on. It is what proves that the job is yours.",
    )


class RenditionSerializer(serializers.Serializer):
    """A file that is being made."""

    status = serializers.ChoiceField(["queued"])
    progress = serializers.FloatField(min_value=0, max_value=1)


class JobPageSerializer(PageSerializer):
    results = JobSerializer(many=True)


class BatchCountsSerializer(serializers.Serializer):
    """How many of its jobs are in which state."""

    queued = serializers.IntegerField()
    running = serializers.IntegerField()
    succeeded = serializers.IntegerField()
    failed = serializers.IntegerField()
    canceled = serializers.IntegerField()


class BatchErrorSerializer(JobErrorSerializer):
    name = serializers.CharField(help_text="The file's.", allow_blank=True)
    code = serializers.CharField(help_text="Stable, for programs: as of a photo sent alone.")
    message = serializers.CharField(help_text="For people, in the language it was sent in.")


class BatchUrlsSerializer(serializers.Serializer):
    self = _url("This batch.")
    jobs = _url("Its jobs, in pages.")


class BatchSerializer(serializers.Serializer):
    """Photos that were sent together."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(
        Batch.State.values, help_text="unpacked: each file is a job, or refused."
    )
    photos = serializers.IntegerField(help_text="Files that were sent.")
    unpacked = serializers.IntegerField(help_text="So many of them are dealt with.")
    jobs = BatchCountsSerializer()
    refused = serializers.IntegerField(help_text="Files that no job was made of.")
    errors = BatchErrorSerializer(  # type: ignore[assignment]
        many=True, help_text="Why; of the first thousand."
    )
    urls = BatchUrlsSerializer()
    created_at = serializers.DateTimeField()


class CreatedBatchSerializer(BatchSerializer):
    guest_token = serializers.CharField(
        required=False, help_text="Only for a guest nobody knows yet; see `POST jobs/`."
    )


class LikesSerializer(serializers.Serializer):
    likes = serializers.IntegerField(help_text="How many like the photo.")
    liked = serializers.BooleanField(help_text="You are one of them.")


class QuotaSerializer(serializers.Serializer):
    used = serializers.IntegerField()
    limit = serializers.IntegerField()


class QuotasSerializer(serializers.Serializer):
    """Of your account, or of your address if you have none."""

    photos_a_day = QuotaSerializer(help_text="Sent within the last 24 hours and still there.")
    photos_waiting = QuotaSerializer(help_text="In the queue now.")
    bytes_stored = QuotaSerializer(
        help_text="Your photos and everything made from them; the trash counts too."
    )


class MeSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(["account", "guest"])
    email = serializers.EmailField(allow_null=True)
    is_staff = serializers.BooleanField(help_text="And this token, if there is one, may use it.")
    scopes = serializers.ListField(
        child=serializers.ChoiceField(ApiToken.Scope.values), help_text="What you may do here."
    )
    quotas = QuotasSerializer()
    webhook_secret = serializers.CharField(
        allow_null=True,
        help_text="Signs the messages to the `webhook_url` of your jobs; null without `write`.",
    )
    guest_token = serializers.CharField(
        required=False, help_text="Only for a guest nobody knows yet; see `POST jobs/`."
    )


class TokenSerializer(serializers.Serializer):
    """A token without its secret."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    prefix = serializers.CharField(help_text="The token's first characters.")
    scopes = serializers.ListField(child=serializers.ChoiceField(ApiToken.Scope.values))
    expires_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True, help_text="To ten minutes.")
    created_at = serializers.DateTimeField()


class CreatedTokenSerializer(TokenSerializer):
    token = serializers.CharField(help_text="The secret. It is never shown again.")


class TokensSerializer(serializers.Serializer):
    results = TokenSerializer(many=True)


class VersionSerializer(serializers.Serializer):
    """A version of a network; `name@version` is what `model` takes."""

    version = serializers.CharField(help_text="First 12 digits of the weights' SHA-256.")
    created_at = serializers.DateTimeField(help_text="When it was registered here.")


class ModelSerializer(serializers.Serializer):
    """A network that can color."""

    name = serializers.CharField(help_text="What `model` takes.")
    title = serializers.CharField(allow_null=True)
    architecture = serializers.CharField(allow_null=True)
    default_size = serializers.IntegerField(allow_null=True)
    default = serializers.BooleanField(help_text="In service: colors unless you ask for another.")
    version = serializers.CharField(
        allow_null=True, help_text="What the name alone stands for now; null: name a version."
    )
    versions = VersionSerializer(many=True, help_text="All of the name, the newest first.")


class ModelsSerializer(serializers.Serializer):
    results = ModelSerializer(many=True)


class EndpointSerializer(serializers.Serializer):
    """An address that is called when an account's jobs end."""

    id = serializers.UUIDField()
    url = serializers.CharField()
    events = serializers.ListField(child=serializers.ChoiceField(Event.values))
    failing_since = serializers.DateTimeField(
        allow_null=True, help_text="Nothing but failures since then; null if the last try was good."
    )
    paused_at = serializers.DateTimeField(
        allow_null=True, help_text="Paused since then: messages are held."
    )
    pause_reason = serializers.ChoiceField(
        [ASKED, FAILING, GONE],
        allow_null=True,
        help_text="asked: by you. failing: for days. gone: it answered 410.",
    )
    created_at = serializers.DateTimeField()


class CreatedEndpointSerializer(EndpointSerializer):
    secret = serializers.CharField(help_text="Signs the messages. It is never shown again.")


class EndpointsSerializer(serializers.Serializer):
    results = EndpointSerializer(many=True)


class AttemptSerializer(serializers.Serializer):
    """One try to deliver."""

    at = serializers.DateTimeField()
    ms = serializers.IntegerField(help_text="Milliseconds it took.")
    status = serializers.IntegerField(allow_null=True, help_text="The receiver's; null: none came.")
    error = serializers.CharField(allow_blank=True, help_text="Why there was no answer.")


class DeliverySerializer(serializers.Serializer):
    """One event for one receiver."""

    id = serializers.UUIDField(help_text="The header `webhook-id`, the same for all its tries.")
    event = serializers.ChoiceField([*Event.values, TEST])
    job = serializers.UUIDField(allow_null=True, help_text="null: a test.")
    endpoint = serializers.UUIDField(
        allow_null=True, help_text="null: the address that came with the job."
    )
    url = serializers.CharField()
    state = serializers.ChoiceField(WebhookDelivery.State.values)
    next_try_at = serializers.DateTimeField(allow_null=True)
    attempts = AttemptSerializer(many=True, help_text="The latest, oldest first.")
    created_at = serializers.DateTimeField()


class DeliveryPageSerializer(PageSerializer):
    results = DeliverySerializer(many=True)
