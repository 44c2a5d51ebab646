"""The queue and the site's figures as JSON; `jobs.queue.status` finds them."""

from rest_framework import serializers

from jobs.models import Check
from ml.models import TrainingRun


class WaitingSerializer(serializers.Serializer):
    paused = serializers.BooleanField()
    paused_at = serializers.DateTimeField(allow_null=True)
    paused_by = serializers.CharField(allow_null=True, help_text="An account's address.")
    waiting = serializers.IntegerField(help_text="Photos in the queue.")
    running = serializers.IntegerField(help_text="Photos being colored.")
    oldest_seconds = serializers.FloatField(
        allow_null=True, help_text="How long the longest has waited."
    )


class WorkerSerializer(serializers.Serializer):
    """A process that can color."""

    name = serializers.CharField()
    device = serializers.CharField(allow_null=True)
    model = serializers.CharField(allow_null=True)
    version = serializers.CharField(allow_null=True)
    current = serializers.BooleanField(help_text="Its version is the one in service.")
    jobs = serializers.IntegerField(help_text="Photos it has in hand.")
    memory = serializers.IntegerField(allow_null=True, help_text="Bytes, the most it ever had.")
    gpu_memory = serializers.IntegerField(allow_null=True, help_text="Bytes; null on a CPU.")
    problem = serializers.CharField(
        allow_blank=True, help_text="Why it colors with another version than it should."
    )


class ServingSerializer(serializers.Serializer):
    name = serializers.CharField()
    version = serializers.CharField()
    since = serializers.DateTimeField(allow_null=True, help_text="Null: it came with the program.")
    by = serializers.CharField(allow_null=True)


class PaceSerializer(serializers.Serializer):
    """Seconds are of the newest five hundred."""

    succeeded = serializers.IntegerField()
    failed = serializers.IntegerField()
    wait_median = serializers.FloatField(allow_null=True)
    wait_p95 = serializers.FloatField(allow_null=True)
    work_median = serializers.FloatField(allow_null=True)


class RoomSerializer(serializers.Serializer):
    free = serializers.IntegerField(help_text="Bytes.")
    total = serializers.IntegerField(help_text="Bytes.")


class CheckSerializer(serializers.Serializer):
    state = serializers.ChoiceField(Check.State.values)
    progress = serializers.FloatField(help_text="0 to 1.")
    asked_at = serializers.DateTimeField(source="created_at")
    finished_at = serializers.DateTimeField(allow_null=True)
    findings = serializers.JSONField(
        help_text="`photos`, `files`, `missing` and `unknown` counts; `named`: the first of each."
    )


class LastTrainingSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    state = serializers.ChoiceField(TrainingRun.State.choices)
    progress = serializers.FloatField(help_text="0 to 1.")
    finished_at = serializers.DateTimeField(allow_null=True)


class QueueStatusSerializer(serializers.Serializer):
    queue = WaitingSerializer()
    workers = WorkerSerializer(many=True)
    model = ServingSerializer()
    last_hour = PaceSerializer()
    last_day = PaceSerializer(help_text="This hour and the 23 before it.")
    training = LastTrainingSerializer(allow_null=True, help_text="The run queued last.")
    storage = RoomSerializer(allow_null=True, help_text="Null where files lie on no disk here.")
    check = CheckSerializer(allow_null=True, help_text="Of files and rows, the last one.")


class RetriedSerializer(serializers.Serializer):
    retried = serializers.IntegerField()
