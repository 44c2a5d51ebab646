"""The messages to webhooks, as the OpenAPI document describes them."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse, OpenApiWebhook, extend_schema

from jobs.models import TEST, Event
from jobs.serializers.webhooks import (
    ArchiveMessageSerializer,
    BatchMessageSerializer,
    JobMessageSerializer,
    RunMessageSerializer,
    TestMessageSerializer,
)

SIGNED = (
    "Signed as [Standard Webhooks](https://www.standardwebhooks.com) specifies, in the headers "
    "`webhook-id`, `webhook-timestamp` and `webhook-signature`. The same message may come twice, "
    "with the same `webhook-id`."
)


def _message(event: str, summary: str, body: Any, more: str = "") -> OpenApiWebhook:
    described = extend_schema(
        summary=summary,
        description=f"{more} {SIGNED}".strip(),
        request=body,
        responses={
            "2XX": OpenApiResponse(
                description="You have it. After any other answer it is sent again."
            ),
            "410": OpenApiResponse(description="You want no more: the webhook is paused."),
        },
        tags=["webhooks"],
    )
    return OpenApiWebhook(str(event), described)


job_succeeded = _message(Event.SUCCEEDED, "A photo is colored", JobMessageSerializer)
job_failed = _message(Event.FAILED, "A photo could not be colored", JobMessageSerializer)
job_canceled = _message(Event.CANCELED, "A job was canceled", JobMessageSerializer)
batch_finished = _message(
    Event.BATCH_FINISHED,
    "A batch has finished",
    BatchMessageSerializer,
    "Nothing of it waits or runs any more, found within seconds; once, retries or not.",
)
archive_ready = _message(Event.ARCHIVE_READY, "A zip is ready", ArchiveMessageSerializer)
job_started = _message(
    Event.STARTED,
    "Coloring has started",
    JobMessageSerializer,
    "For who asks for it; again if the worker dies and another one starts.",
)
job_progressed = _message(
    Event.PROGRESSED,
    "Coloring has come to another stage",
    JobMessageSerializer,
    "For who asks for it; sent once, and not again if it fails.",
)
run_ended = _message(
    Event.RUN_ENDED,
    "A training has ended",
    RunMessageSerializer,
    "For staff who ask for it, of the runs that they started.",
)
webhook_test = _message(
    TEST, "A test", TestMessageSerializer, "Sent once by `webhooks/{id}/test/`."
)
