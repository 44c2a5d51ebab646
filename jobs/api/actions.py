"""What one can do with a job."""

import uuid

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from colorweb import leases
from colorweb.api import schema
from colorweb.errors import DomainError
from jobs import errors
from jobs.api.base import View
from jobs.api.repeatable import CODES, KEY, Repeatable
from jobs.models import Job, State
from jobs.photos import intake
from jobs.queue import states
from jobs.serializers.jobs import JobSerializer


class Cancel(View):
    @schema.endpoint(
        "Cancel a job",
        description="What waits is canceled at once; a running job stops at its next stage.",
        answers={200: schema.answer(JobSerializer, "The job.")},
        codes=[*schema.BY_COOKIE, "not_found", "job_ended"],
        operation_id="jobs_cancel",
    )
    def post(self, request: Request, job_id: uuid.UUID) -> Response:
        job = self.job(job_id)
        try:
            states.request_cancel(job)
        except leases.InvalidTransition as error:
            raise DomainError("job_ended") from error
        return Response(self.data(self.job(job_id)))


class Retry(Repeatable):
    makes_jobs = True

    @schema.endpoint(
        "Try a failed or canceled job again",
        description=(
            "Queues the same photo with the same options, as a new job, which names this one in "
            "`retried_from`. `Idempotency-Key` is as for `jobs/`."
        ),
        answers={
            200: schema.answer(JobSerializer, "This key came before: the job it made, as it is."),
            201: schema.answer(JobSerializer, "The new job."),
        },
        codes=[
            *(*schema.BY_COOKIE, *CODES, "not_found", "job_not_ended", *errors.OF_LIMITS),
        ],
        parameters=[
            KEY,
            schema.header("Location", "The new job's address.", response=[200, 201]),
        ],
        operation_id="jobs_retry",
    )
    def post(self, request: Request, job_id: uuid.UUID) -> Response:
        job = self.job(job_id)
        if job.state not in (State.FAILED, State.CANCELED):
            raise DomainError("job_not_ended")
        key = self.key("retry", {"job": str(job_id)})
        new, is_new = self.once(
            Job, lambda on_saved: intake.retry(job, self.visitor, on_saved), key
        )
        answer = self.data(new)
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(answer, status=code, headers={"Location": answer["urls"]["self"]})
