"""Versions of networks, for staff: what compares them, and what is in service."""

import uuid

from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework import status
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from colorweb.api import schema
from colorweb.api.parsers import MultiPart
from ml.api import base
from ml.api.permissions import staff
from ml.api.version_serializers import (
    EvaluationSerializer,
    ModelVersionSerializer,
    NewEvaluationSerializer,
    NewModelVersionSerializer,
    PromotionPageSerializer,
    PromotionSerializer,
    ReasonSerializer,
    StandingSerializer,
    reason_of,
)
from ml.models import DataSet, Evaluation, ModelVersion, Promotion
from ml.permissions import PROMOTE, VIEW_PROMOTIONS, VIEW_VERSIONS
from ml.versions import canary, evaluations, imports, offers, promotion, registry

MAX_ID = 2**63 - 1
BODY = (*schema.BY_COOKIE, *schema.OF_BODIES)


def version_of(label: str) -> ModelVersion:
    """The version that `name` or `name@version` means. Raises NotFound."""
    if "\0" in label:  # PostgreSQL cannot even look for it
        raise NotFound
    try:
        return registry.resolve(label)
    except LookupError as error:
        raise NotFound(str(error)) from error


class Import(base.StaffView):
    permission_classes = (staff(write=PROMOTE),)
    parser_classes = (MultiPart,)

    @schema.endpoint(
        "Import a model",
        description="A safetensors file with a model card, as `weights/` of a version gives it; "
        "nothing in it is executed. It becomes a version, which colors nothing until it is put "
        "in service. It takes no `Idempotency-Key`: the same weights are the same version, and "
        "sent again they change nothing.",
        request={"multipart/form-data": NewModelVersionSerializer},
        answers={201: schema.answer(ModelVersionSerializer, "The version.")},
        codes=[*base.CODES, *BODY, "empty", "not_a_model", "model_too_large"],
        operation_id="models_import",
        tags=["models"],
    )
    def post(self, request: Request) -> Response:
        new = NewModelVersionSerializer(data=request.data)
        new.is_valid(raise_exception=True)
        version = imports.import_file(**new.validated_data, created_by=self.user)
        return Response(ModelVersionSerializer(version).data, status=status.HTTP_201_CREATED)


class VersionDetailView(base.StaffView):
    permission_classes = (staff(read=VIEW_VERSIONS, write=PROMOTE),)

    @schema.endpoint(
        "A version of a model",
        description="By `name@version`, or by a name for the version that it stands for.",
        answers={200: schema.answer(ModelVersionSerializer, "The version.")},
        codes=[*base.CODES, "not_found"],
        operation_id="models_retrieve",
        tags=["models"],
    )
    def get(self, request: Request, label: str) -> Response:
        return Response(ModelVersionSerializer(version_of(label)).data)

    @schema.endpoint(
        "Offer a version to visitors, withdraw or archive it",
        request=StandingSerializer,
        answers={200: schema.answer(ModelVersionSerializer, "The version.")},
        codes=[*base.CODES, *BODY, "not_found", "invalid_choice", "in_service"],
        operation_id="models_update",
        tags=["models"],
    )
    def patch(self, request: Request, label: str) -> Response:
        version = version_of(label)
        changes = StandingSerializer(data=request.data)
        changes.is_valid(raise_exception=True)
        offers.set_standing(version, changes.validated_data["standing"])
        return Response(ModelVersionSerializer(version).data)


class Weights(base.StaffView):
    permission_classes = (staff(read=VIEW_VERSIONS),)

    @schema.endpoint(
        "Export a model",
        description="Leads to the version's safetensors file, whose SHA-256 is its `sha256`; it "
        "knows `Range` and `ETag`, and wants the same token.",
        answers={
            (200, "application/octet-stream"): OpenApiResponse(
                OpenApiTypes.BINARY, "For who follows: the file."
            ),
            302: OpenApiResponse(description="The file is at `Location`."),
        },
        codes=[*base.CODES, "not_found", "model_unavailable"],
        parameters=[schema.header("Location", "The file's address.", response=[302])],
        operation_id="models_weights",
        tags=["models"],
    )
    def get(self, request: Request, label: str) -> HttpResponseBase:
        version = version_of(label)
        registry.local_file(version)
        return redirect(request.build_absolute_uri(reverse("model-weights", args=[version.pk])))


class Promote(base.StaffView):
    permission_classes = (staff(write=PROMOTE),)

    @schema.endpoint(
        "Put a version in service",
        description="A worker checks it on sample photos, then it colors a part of the photos, "
        "then all; until then the version before it stays. Ask for the promotion to see how far "
        "it is. It must have been compared with the version in service and be no worse, or a "
        "`reason` says why it goes in all the same. It takes no `Idempotency-Key`: sent again, it "
        "is refused while the first is under way and when it is in service.",
        request=ReasonSerializer,
        answers={202: schema.answer(PromotionSerializer, "Waiting to be checked.")},
        codes=[
            *(*base.CODES, *BODY, "not_found", "gate_missing", "gate_failed", "in_service"),
            *("promoted_meanwhile", "promotion_under_way", "model_archived", "model_unavailable"),
        ],
        operation_id="models_promote",
        tags=["models"],
    )
    def post(self, request: Request, label: str) -> Response:
        made = promotion.promote(version_of(label), by=self.user, reason=reason_of(request))
        return Response(PromotionSerializer(made).data, status=status.HTTP_202_ACCEPTED)


class RollBack(base.StaffView):
    permission_classes = (staff(write=PROMOTE),)

    @schema.endpoint(
        "Take back the version on its way, or go back to the one in service before",
        description="What names mean is taken back too. It takes no `Idempotency-Key`: sent twice, "
        "it goes back twice.",
        request=ReasonSerializer,
        answers={201: schema.answer(PromotionSerializer, "It is in service again.")},
        codes=[
            *(*base.CODES, *BODY, "nothing_before", "promoted_meanwhile", "model_unavailable"),
        ],
        operation_id="models_rollback",
        tags=["models"],
    )
    def post(self, request: Request) -> Response:
        made = promotion.roll_back(by=self.user, reason=reason_of(request))
        return Response(PromotionSerializer(made).data, status=status.HTTP_201_CREATED)


class Promotions(base.StaffView):
    permission_classes = (staff(read=VIEW_PROMOTIONS),)

    @schema.endpoint(
        "Versions put in service and taken back, the newest first",
        parameters=schema.PAGES,
        answers={200: schema.answer(PromotionPageSerializer, "A page.")},
        codes=base.CODES,
        operation_id="promotions_list",
        tags=["models"],
    )
    def get(self, request: Request) -> Response:
        rows = Promotion.objects.select_related("version", "before", "by")
        return self.page(rows, PromotionSerializer)


class PromotionDetailView(base.StaffView):
    permission_classes = (staff(read=VIEW_PROMOTIONS),)

    @schema.endpoint(
        "A version on its way into service",
        answers={200: schema.answer(PromotionSerializer, "As far as it is.")},
        codes=[*base.CODES, "not_found"],
        operation_id="promotions_retrieve",
        tags=["models"],
    )
    def get(self, request: Request, promotion_id: int) -> Response:
        return Response(PromotionSerializer(_promotion(promotion_id)).data)


class Advance(base.StaffView):
    permission_classes = (staff(write=PROMOTE),)

    @schema.endpoint(
        "Let a canary take its next step before its time",
        answers={200: schema.answer(PromotionSerializer, "With its new share.")},
        codes=[
            *(*base.CODES, *schema.BY_COOKIE, "not_found", "no_canary", "canary_too_few"),
            *("canary_worse", "promoted_meanwhile"),
        ],
        operation_id="promotions_advance",
        tags=["models"],
    )
    def post(self, request: Request, promotion_id: int) -> Response:
        return Response(PromotionSerializer(canary.advance(_promotion(promotion_id))).data)


def _promotion(promotion_id: int) -> Promotion:
    rows = Promotion.objects.select_related("version", "before", "by")
    return get_object_or_404(rows, pk=min(promotion_id, MAX_ID))


class Evaluate(base.StaffView):
    permission_classes = (staff(write=PROMOTE),)

    @schema.endpoint(
        "Compare a version with the one in service",
        description="Done by a worker that trains, beside its run; ask for it until it is "
        "`ready`, `failed` or `canceled`." + schema.NO_KEY,
        request=NewEvaluationSerializer,
        answers={202: schema.answer(EvaluationSerializer, "Waiting to be measured.")},
        codes=[*base.CODES, *BODY, "not_found", "in_service", "nothing_to_measure"],
        operation_id="models_evaluate",
        tags=["models"],
    )
    def post(self, request: Request, label: str) -> Response:
        new = NewEvaluationSerializer(data=request.data)
        new.is_valid(raise_exception=True)
        chosen = None
        if set_id := new.validated_data["data_set"]:
            chosen = DataSet.objects.filter(pk=set_id, state=DataSet.State.READY).first()
            if chosen is None:
                raise ValidationError({"data_set": [_("There is no checked data set of that id.")]})
        evaluation = evaluations.request(version_of(label), chosen, by=self.user)
        return Response(EvaluationSerializer(evaluation).data, status=status.HTTP_202_ACCEPTED)


class EvaluationDetailView(base.StaffView):
    permission_classes = (staff(read=VIEW_VERSIONS),)

    @schema.endpoint(
        "A comparison of two versions",
        answers={200: schema.answer(EvaluationSerializer, "As far as it is.")},
        codes=[*base.CODES, "not_found"],
        operation_id="evaluations_retrieve",
        tags=["models"],
    )
    def get(self, request: Request, evaluation_id: uuid.UUID) -> Response:
        found = get_object_or_404(Evaluation, pk=evaluation_id)
        return Response(EvaluationSerializer(found).data)


class EvaluationCancel(base.StaffView):
    permission_classes = (staff(write=PROMOTE),)

    @schema.endpoint(
        "Cancel a comparison",
        description="One that waits ends at once, one that is being made within seconds.",
        answers={200: schema.answer(EvaluationSerializer, "It is canceled.")},
        codes=[*base.CODES, *schema.BY_COOKIE, "not_found", "evaluation_ended"],
        operation_id="evaluations_cancel",
        tags=["models"],
    )
    def post(self, request: Request, evaluation_id: uuid.UUID) -> Response:
        found = get_object_or_404(Evaluation, pk=evaluation_id)
        evaluations.cancel(found)
        return base.changed(found, EvaluationSerializer)
