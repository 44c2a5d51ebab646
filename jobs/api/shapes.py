"""What the API answers, as the OpenAPI document tells it. `jobs.describe` makes it."""

from typing import Any

from rest_framework import serializers

from colorweb.accounts.models import ApiToken
from jobs.models import EXTENSIONS, Photo, Stage, State


class JobErrorSerializer(serializers.Serializer):
    code = serializers.CharField(help_text="Stable, for programs.")
    message = serializers.CharField(help_text="For people, in the language asked for.")


class JobModelSerializer(serializers.Serializer):
    name = serializers.CharField()
    version = serializers.CharField(help_text="First 12 digits of the weights' SHA-256.")


class JobOptionsSerializer(serializers.Serializer):
    vividness = serializers.FloatField(help_text="0 muted, 1 as usual, 2 strong.")
    size = serializers.IntegerField(
        allow_null=True, help_text="Short side the network sees, pixels; null: the model's own."
    )
    format = serializers.ChoiceField(list(EXTENSIONS))


class JobPhotoSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField(help_text="The file's name as it was sent.")
    title = serializers.CharField(allow_blank=True)
    width = serializers.IntegerField(help_text="Pixels, as the photo is held upright.")
    height = serializers.IntegerField()
    format = serializers.CharField(help_text="Found in the content, not taken from the name.")
    bytes = serializers.IntegerField()
    has_colour = serializers.BooleanField(help_text="The photo was not grey when it came.")
    visibility = serializers.ChoiceField(Photo.Visibility.values)


class JobTimingsSerializer(serializers.Serializer):
    """Milliseconds; null until known."""

    wait_ms = serializers.IntegerField(allow_null=True)
    reading_ms = serializers.IntegerField(allow_null=True)
    colouring_ms = serializers.IntegerField(allow_null=True)
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
    cancel = _url("POST here; null once the job has ended.", allow_null=True)
    retry = _url("POST here; null unless the job failed or was cancelled.", allow_null=True)
    result = _url("The coloured photo at full size.", allow_null=True)
    download = _url("The same as an attachment.", allow_null=True)
    grey = _url("The photo in grey at full size.", allow_null=True)
    preview = _url("Coloured, JPEG, long side at most 1600.", allow_null=True)
    card = _url("Coloured, JPEG, long side at most 480.", allow_null=True)
    grey_preview = _url("Grey, JPEG, long side at most 1600; there at once.")
    grey_card = _url("Grey, JPEG, long side at most 480; there at once.")


class JobSerializer(serializers.Serializer):
    """One colouring of one photo."""

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
    model = JobModelSerializer(allow_null=True, help_text="What coloured it; null until then.")
    options = JobOptionsSerializer()
    photo = JobPhotoSerializer()
    timings = JobTimingsSerializer()
    urls = JobUrlsSerializer()
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)


class CreatedJobSerializer(JobSerializer):
    guest_token = serializers.CharField(
        required=False,
        help_text="Only for a guest nobody knows yet: send it as `Authorization: Bearer …` from "
        "now on. It is what proves that the job is yours.",
    )


class PageSerializer(serializers.Serializer):
    next = serializers.URLField(allow_null=True, help_text="The page after this one.")
    previous = serializers.URLField(allow_null=True)


class JobPageSerializer(PageSerializer):
    results = JobSerializer(many=True)


class QuotaSerializer(serializers.Serializer):
    used = serializers.IntegerField()
    limit = serializers.IntegerField()


class QuotasSerializer(serializers.Serializer):
    """Of your account, or of your address if you have none."""

    photos_a_day = QuotaSerializer(help_text="Sent within the last 24 hours and still there.")
    photos_waiting = QuotaSerializer(help_text="In the queue now.")


class MeSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(["account", "guest"])
    email = serializers.EmailField(allow_null=True)
    is_staff = serializers.BooleanField(help_text="And this token, if there is one, may use it.")
    scopes = serializers.ListField(
        child=serializers.ChoiceField(ApiToken.Scope.values), help_text="What you may do here."
    )
    quotas = QuotasSerializer()
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


class ModelSerializer(serializers.Serializer):
    """A network that can colour."""

    name = serializers.CharField(help_text="What `model` takes.")
    title = serializers.CharField(allow_null=True)
    architecture = serializers.CharField(allow_null=True)
    default_size = serializers.IntegerField(allow_null=True)
    default = serializers.BooleanField()


class ModelsSerializer(serializers.Serializer):
    results = ModelSerializer(many=True)


class ProblemEntrySerializer(serializers.Serializer):
    code = serializers.CharField()
    detail = serializers.CharField()
    attr = serializers.CharField(allow_null=True, help_text="The field it is about.")


class ProblemSerializer(serializers.Serializer):
    """Every error, as RFC 9457 has it, with a stable code."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField(help_text="Stable, for programs.")
    detail = serializers.CharField(help_text="For people: what happened and what to do.")
    errors = ProblemEntrySerializer(many=True)  # type: ignore[assignment]
