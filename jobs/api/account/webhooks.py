"""An account's webhooks, and what was delivered."""

import uuid
from functools import partial

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from colorweb.accounts.models import User
from colorweb.api import rates, schema
from jobs.api.base import View
from jobs.api.serializers import ChangedEndpoint, NewEndpoint
from jobs.events import outbox
from jobs.models import WebhookDelivery, WebhookEndpoint
from jobs.serializers.webhooks import (
    CreatedEndpointSerializer,
    DeliveryPageSerializer,
    DeliverySerializer,
    EndpointSerializer,
    EndpointsSerializer,
)
from jobs.storage import access
from jobs.webhooks import endpoints, sending

OF_ENDPOINTS = (*schema.BY_COOKIE, "not_authenticated", "not_found")
OF_BODIES = (
    *(*schema.OF_BODIES, "blank", "null", "not_a_list", "empty", "invalid_choice"),
    "url_refused",
)

documented = partial(schema.endpoint, tags=["webhooks"])
changes = partial(
    documented,
    answers={200: schema.answer(EndpointSerializer, "The webhook.")},
    codes=OF_ENDPOINTS,
)
"""Describes what changes an endpoint that is there."""


class EndpointView(View):
    def endpoint(self, endpoint_id: uuid.UUID) -> WebhookEndpoint:
        """One of the account's own; anybody else's is not found."""
        return self.own_endpoint(endpoint_id, self.user)

    def own_endpoint(self, endpoint_id: uuid.UUID, user: User) -> WebhookEndpoint:
        return get_object_or_404(user.webhooks, pk=endpoint_id)

    def answer(self, endpoint: WebhookEndpoint) -> Response:
        endpoint.refresh_from_db()
        return Response(EndpointSerializer(endpoint).data)


class Endpoints(EndpointView):
    @documented(
        "My webhooks",
        answers={200: schema.answer(EndpointsSerializer, "All of them, without secrets.")},
        codes=["not_authenticated"],
        operation_id="webhooks_list",
    )
    def get(self, request: Request) -> Response:
        mine = self.user.webhooks.order_by("-created_at", "-pk")
        return Response({"results": EndpointSerializer(mine, many=True).data})

    @documented(
        "Get a message when something happens",
        description=(
            "From then on we post this account's events to the address, signed as "
            "[Standard Webhooks](https://www.standardwebhooks.com) specifies, with the secret of "
            "this answer: `{type, timestamp, data}`; `webhooks` of this document has each."
            + schema.NO_KEY
        ),
        request=NewEndpoint,
        answers={201: schema.answer(CreatedEndpointSerializer, "The webhook.")},
        codes=[
            *(*schema.BY_COOKIE, "not_authenticated", "reauthentication_required"),
            *(*OF_BODIES, "too_many_endpoints"),
        ],
        operation_id="webhooks_create",
    )
    def post(self, request: Request) -> Response:
        user = self.proven_user
        new = NewEndpoint(data=request.data)
        new.is_valid(raise_exception=True)
        endpoint, secret = endpoints.create(user, **new.validated_data)
        answer = CreatedEndpointSerializer(endpoint, context={"secret": secret}).data
        return Response(answer, status=status.HTTP_201_CREATED)


class EndpointDetailView(EndpointView):
    @documented(
        "A webhook as it is now",
        answers={200: schema.answer(EndpointSerializer, "The webhook, without its secret.")},
        codes=["not_authenticated", "not_found"],
        operation_id="webhooks_retrieve",
    )
    def get(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        return self.answer(self.endpoint(endpoint_id))

    @changes(
        "Change a webhook's address or events",
        request=ChangedEndpoint,
        codes=[*OF_ENDPOINTS, "reauthentication_required", *OF_BODIES],
        operation_id="webhooks_update",
    )
    def patch(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        endpoint = self.own_endpoint(endpoint_id, self.proven_user)
        changed = ChangedEndpoint(data=request.data)
        changed.is_valid(raise_exception=True)
        endpoints.change(endpoint, **changed.validated_data)
        return self.answer(endpoint)

    @documented(
        "Delete a webhook",
        description="This also deletes its log. Messages still waiting will not be sent.",
        answers={204: OpenApiResponse(description="It is gone.")},
        codes=OF_ENDPOINTS,
        operation_id="webhooks_destroy",
    )
    def delete(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        self.endpoint(endpoint_id).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


class Secret(EndpointView):
    @documented(
        "Give a webhook a new secret",
        description="For 24 hours the old one signs too, beside the new one.",
        answers={200: schema.answer(CreatedEndpointSerializer, "The webhook.")},
        codes=[*OF_ENDPOINTS, "reauthentication_required"],
        operation_id="webhooks_rotate",
    )
    def post(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        endpoint = self.own_endpoint(endpoint_id, self.proven_user)
        secret = endpoints.rotate(endpoint)
        return Response(CreatedEndpointSerializer(endpoint, context={"secret": secret}).data)


class Pause(EndpointView):
    @changes(
        "Send nothing for now",
        description="Messages are held while it is paused, for as long as the log is kept.",
        operation_id="webhooks_pause",
    )
    def post(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        endpoint = self.endpoint(endpoint_id)
        endpoints.pause(endpoint, WebhookEndpoint.PauseReason.ASKED)
        return self.answer(endpoint)


class Resume(EndpointView):
    @changes(
        "Send again",
        description="Held messages are sent. It also resumes a webhook that failed for too long.",
        operation_id="webhooks_resume",
    )
    def post(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        endpoint = self.endpoint(endpoint_id)
        endpoints.resume(endpoint)
        return self.answer(endpoint)


class Test(EndpointView):
    @documented(
        "Send a webhook a test",
        description=(
            "An event `webhook.test`, whatever events are asked for, signed like all others, sent "
            "at once and once; its log shows how that went. A paused webhook has it when it is "
            "resumed."
        )
        + schema.NO_KEY,
        answers={202: schema.answer(DeliverySerializer, "It is on its way.")},
        codes=OF_ENDPOINTS,
        operation_id="webhooks_test",
    )
    def post(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        endpoint = self.endpoint(endpoint_id)
        rates.check("webhook", self.visitor.queue_owner)
        delivery = outbox.try_out(endpoint)
        return Response(DeliverySerializer(delivery).data, status=status.HTTP_202_ACCEPTED)


class DeliveriesView(View):
    def log(self, deliveries: QuerySet[WebhookDelivery]) -> Response:
        """A page of a log."""
        return self.page(deliveries.select_related("endpoint", "job"), DeliverySerializer)


class EndpointDeliveries(DeliveriesView):
    @documented(
        "What was sent to a webhook",
        description="The newest first, for 30 days.",
        parameters=[*schema.PAGES],
        answers={200: schema.answer(DeliveryPageSerializer, "A page.")},
        codes=["not_authenticated", "not_found"],
        operation_id="webhooks_deliveries",
    )
    def get(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        return self.log(get_object_or_404(self.user.webhooks, pk=endpoint_id).deliveries.all())


class JobDeliveries(DeliveriesView):
    @documented(
        "What was sent when a job ended",
        description="The address that came with it, and the account's webhooks.",
        parameters=[*schema.PAGES],
        answers={200: schema.answer(DeliveryPageSerializer, "A page.")},
        codes=["not_found"],
        operation_id="jobs_deliveries",
    )
    def get(self, request: Request, job_id: uuid.UUID) -> Response:
        return self.log(self.job(job_id).deliveries.all())


class Resend(View):
    @documented(
        "Deliver again",
        description="With the same `webhook-id`, at once, and if need be by the whole schedule.",
        answers={202: schema.answer(DeliverySerializer, "It is on its way.")},
        codes=[*schema.BY_COOKIE, "not_found"],
        operation_id="deliveries_resend",
    )
    def post(self, request: Request, delivery_id: uuid.UUID) -> Response:
        delivery = access.own_delivery(self.visitor, delivery_id)
        rates.check("webhook", self.visitor.queue_owner)
        sending.resend(delivery)
        return Response(DeliverySerializer(delivery).data, status=status.HTTP_202_ACCEPTED)
