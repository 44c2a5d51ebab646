"""Photos that were sent together, and many photos' colors in one zip."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from colorweb.api.serializers import PageSerializer, shown
from jobs.models import Archive, Batch, State
from jobs.serializers import examples
from jobs.serializers.account import GuestTokenSerializer
from jobs.serializers.addresses import AddressField, UrlsSerializer
from jobs.storage import access


class BatchCountsSerializer(serializers.Serializer):
    """How many of its jobs are in which state; the context names the `visitor`."""

    queued = serializers.IntegerField()
    running = serializers.IntegerField()
    succeeded = serializers.IntegerField()
    failed = serializers.IntegerField()
    canceled = serializers.IntegerField()

    def to_representation(self, batch: Batch) -> dict[str, Any]:
        known = self.context.get("states")  # of all batches of a list
        if known is None:
            known = access.states_of_batches(self.context["visitor"], [batch])
        return super().to_representation(dict.fromkeys(State.values, 0) | known.get(batch.pk, {}))


class BatchErrorSerializer(serializers.Serializer):
    name = serializers.CharField(help_text="The file's, with its folders.", allow_blank=True)
    index = serializers.IntegerField(
        allow_null=True, help_text="Its place among those of the batch, from 0; null: not known."
    )
    code = serializers.CharField(help_text="Stable, for programs: as of a photo sent alone.")
    message = serializers.CharField(help_text="For people, in the language asked for.")


class BatchUrlsSerializer(UrlsSerializer):
    self = AddressField("api-batch", "This batch.")
    jobs = AddressField("api-batch-jobs", "Its jobs, in pages.")
    cancel = AddressField("api-batch-cancel", "POST here, while something of it waits or runs.")


@extend_schema_serializer(examples=shown(examples.BATCH))
class BatchSerializer(serializers.Serializer):
    """Photos that were sent together."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(
        Batch.State.values,
        source="state",
        help_text="unpacked: each file is a job, or refused. canceled: before that was so.",
    )
    photos = serializers.IntegerField(source="entries", help_text="Files that were sent.")
    unpacked = serializers.IntegerField(help_text="How many of them are handled.")
    jobs = BatchCountsSerializer(source="*")
    refused = serializers.IntegerField(help_text="Files that no job was made of.")
    errors = BatchErrorSerializer(  # type: ignore[assignment]
        source="refusals", many=True, help_text="Why; of the first thousand."
    )
    reference = serializers.CharField(allow_blank=True, help_text="As you sent it.")
    metadata = serializers.DictField(help_text="As you sent it.")
    urls = BatchUrlsSerializer(source="*")
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(
        allow_null=True,
        help_text="When nothing of it waited or ran any more, found within seconds; a retry "
        "changes it no more.",
    )


class BatchPageSerializer(PageSerializer):
    results = BatchSerializer(many=True)


class CreatedBatchSerializer(GuestTokenSerializer, BatchSerializer):
    """A batch that a request has made."""


def _is_ready(archive: Archive) -> bool:
    return archive.state == Archive.State.READY


class ArchiveUrlsSerializer(UrlsSerializer):
    self = AddressField("api-archive", "This archive.")
    page = AddressField("archive", "For people.")
    file = AddressField(
        "archive-file",
        "The zip; knows `Range` and `ETag`. null until it is ready.",
        when=_is_ready,
    )


class ArchiveSerializer(serializers.Serializer):
    """A zip of photos as they are shown."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(
        Archive.State.values, source="state", help_text="ready and failed are final."
    )
    done = serializers.IntegerField(help_text="Photos that are in it.")
    total = serializers.IntegerField(help_text="Photos that will be in it: those with colors.")
    bytes = serializers.SerializerMethodField(help_text="Of the zip; null until ready.")
    expires_at = serializers.DateTimeField(
        help_text="Then it is deleted; earlier if one of its photos is."
    )
    reference = serializers.CharField(allow_blank=True, help_text="As you sent it.")
    metadata = serializers.DictField(help_text="As you sent it.")
    urls = ArchiveUrlsSerializer(source="*")

    def get_bytes(self, archive: Archive) -> int | None:
        return archive.bytes if _is_ready(archive) else None


class ArchivePageSerializer(PageSerializer):
    results = ArchiveSerializer(many=True)
