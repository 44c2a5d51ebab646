"""An account's webhooks, and what was delivered."""

from typing import Any

from rest_framework import serializers

from colorweb.api.serializers import PageSerializer
from jobs.models import TEST, Event, WebhookDelivery, WebhookEndpoint
from jobs.serializers.batches import ArchiveSerializer, BatchSerializer
from jobs.serializers.jobs import JobSerializer
from ml.training.serializers import TrainingRunSerializer

ALL_EVENTS = [*Event.values, TEST]
JOB_EVENTS = [event for event in Event.values if event.startswith("job.")]


class EndpointSerializer(serializers.Serializer):
    """An address that is called at an account's events."""

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
        WebhookEndpoint.PauseReason.values,
        allow_null=True,
        help_text="asked: by you. failing: for days. gone: it answered 410.",
    )
    created_at = serializers.DateTimeField()

    def to_representation(self, endpoint: WebhookEndpoint) -> dict[str, Any]:
        data = super().to_representation(endpoint)
        return data | {"pause_reason": data["pause_reason"] or None}


class CreatedEndpointSerializer(EndpointSerializer):
    """An endpoint with its secret, which the context holds as `secret`."""

    secret = serializers.SerializerMethodField(
        help_text="Signs the messages. It is never shown again."
    )

    def get_secret(self, endpoint: WebhookEndpoint) -> str:
        return str(self.context["secret"])


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
    event = serializers.ChoiceField(ALL_EVENTS)
    job = serializers.UUIDField(source="job_id", allow_null=True, help_text="It is about.")
    batch = serializers.UUIDField(source="batch_id", allow_null=True, help_text="It is about.")
    archive = serializers.UUIDField(
        source="archive_id", allow_null=True, help_text="It is about; of a test all are null."
    )
    run = serializers.UUIDField(source="run_id", allow_null=True, help_text="It is about.")
    endpoint = serializers.UUIDField(
        source="endpoint_id",
        allow_null=True,
        help_text="null: the address that came with the job.",
    )
    url = serializers.CharField()
    state = serializers.ChoiceField(WebhookDelivery.State.values)
    next_try_at = serializers.DateTimeField(allow_null=True)
    attempts = AttemptSerializer(many=True, help_text="The latest, oldest first.")
    created_at = serializers.DateTimeField()


class MessageSerializer(serializers.Serializer):
    """What is posted to a receiver."""

    timestamp = serializers.DateTimeField(help_text="When it happened.")


class JobMessageSerializer(MessageSerializer):
    """What is posted when a job ends, and by choice when it starts or comes to another stage."""

    type = serializers.ChoiceField(JOB_EVENTS)
    data = JobSerializer(help_text="As it is when the message is sent.")  # type: ignore[assignment]


class BatchMessageSerializer(MessageSerializer):
    """What is posted when nothing of a batch waits or runs any more."""

    type = serializers.ChoiceField([Event.BATCH_FINISHED.value])
    data = BatchSerializer()  # type: ignore[assignment]


class ArchiveMessageSerializer(MessageSerializer):
    """What is posted when a zip can be fetched."""

    type = serializers.ChoiceField([Event.ARCHIVE_READY.value])
    data = ArchiveSerializer()  # type: ignore[assignment]


class RunMessageSerializer(MessageSerializer):
    """What is posted when a training run has finished, was stopped or has failed."""

    type = serializers.ChoiceField([Event.RUN_ENDED.value])
    data = TrainingRunSerializer()  # type: ignore[assignment]


class TestedSerializer(serializers.Serializer):
    webhook = serializers.UUIDField(help_text="The one that is tested.")


class TestMessageSerializer(MessageSerializer):
    """What `webhooks/{id}/test/` posts."""

    type = serializers.ChoiceField([TEST])
    data = TestedSerializer()  # type: ignore[assignment]


class DeliveryPageSerializer(PageSerializer):
    results = DeliverySerializer(many=True)
