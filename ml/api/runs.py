"""Training runs, for staff."""

import uuid
from collections.abc import Callable

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from colorweb.api import schema
from colorweb.errors import DomainError
from ml.api import base
from ml.api.permissions import staff
from ml.api.serializers import NewRun, RunChanges
from ml.models import DataSet, TrainingRun
from ml.permissions import TRAIN, VIEW_RUNS
from ml.training import control
from ml.training.options import Options
from ml.training.serializers import (
    TrainingRunPageSerializer,
    TrainingRunSerializer,
    WholeRunSerializer,
)

MAX_ID = 2**63 - 1


class RunParams(serializers.Serializer):
    after = serializers.IntegerField(
        min_value=0,
        max_value=MAX_ID,
        default=0,
        help_text="Only points newer than the one of this id.",
    )


class TrainingRuns(base.StaffView):
    permission_classes = (staff(read=VIEW_RUNS, write=TRAIN),)

    @schema.endpoint(
        "Training runs, the newest first",
        parameters=[*schema.PAGES],
        answers={200: schema.answer(TrainingRunPageSerializer, "A page.")},
        codes=base.CODES,
        operation_id="training_runs_list",
        tags=["training"],
    )
    def get(self, request: Request) -> Response:
        runs = TrainingRun.objects.select_related("version", "created_by").prefetch_related("data")
        return self.page(runs, TrainingRunSerializer)

    @schema.endpoint(
        "Start a training run",
        description=(
            "It is queued at once, and runs as soon as a training worker is free." + schema.NO_KEY
        ),
        request=NewRun,
        answers={201: schema.answer(TrainingRunSerializer, "The run.")},
        codes=[
            *base.CODES,
            *schema.BY_COOKIE,
            *schema.OF_BODIES,
            *("null", "not_a_list", "invalid_choice", "min_value", "max_value"),
            *("max_string_length", "no_data_set", "no_such_data_set", "data_set_not_ready"),
            *("unknown_model", "option_out_of_range", "size_not_a_step", "batch_too_large"),
            *("too_few_devices", "data_set_is_reference", "option_unknown"),
        ],
        operation_id="training_runs_create",
        tags=["training"],
    )
    def post(self, request: Request) -> Response:
        new = NewRun(data=request.data)
        new.is_valid(raise_exception=True)
        data = new.validated_data
        run = control.start(
            data["preset"],
            _data_sets(data["data_sets"]),
            Options.of(data["options"]),
            base=data["base"],
            name=data["name"],
            note=data["note"],
            user=self.user,
            run_id=data["id"],
        )
        return Response(TrainingRunSerializer(run).data, status=status.HTTP_201_CREATED)


def _data_sets(ids: list[uuid.UUID]) -> list[DataSet]:
    found = DataSet.objects.in_bulk(ids)
    for each in ids:
        if each not in found:
            raise DomainError("no_such_data_set", name=str(each))
    return list(found.values())


class TrainingRunDetailView(base.StaffView):
    permission_classes = (staff(read=VIEW_RUNS, write=TRAIN),)

    @schema.endpoint(
        "A training run, its curves and its samples",
        parameters=[RunParams],
        answers={200: schema.answer(WholeRunSerializer, "All there is to look at.")},
        codes=[
            *(*base.CODES, "not_found"),
            *("invalid", "min_value", "max_value", "max_string_length"),
        ],
        operation_id="training_runs_retrieve",
        tags=["training"],
    )
    def get(self, request: Request, run_id: uuid.UUID) -> Response:
        params = RunParams(data=request.query_params)
        params.is_valid(raise_exception=True)
        run = get_object_or_404(TrainingRun, pk=run_id)
        return Response(WholeRunSerializer(run, context=params.validated_data).data)

    @schema.endpoint(
        "Rename or annotate a run",
        request=RunChanges,
        answers={200: schema.answer(TrainingRunSerializer, "The run.")},
        codes=[*base.CODES, *schema.BY_COOKIE, *schema.OF_BODIES, "blank", "not_found"],
        operation_id="training_runs_update",
        tags=["training"],
    )
    def patch(self, request: Request, run_id: uuid.UUID) -> Response:
        run = get_object_or_404(TrainingRun, pk=run_id)
        changes = RunChanges(data=request.data)
        changes.is_valid(raise_exception=True)
        control.annotate(run, **changes.validated_data)
        return base.changed(run, TrainingRunSerializer)

    @schema.endpoint(
        "Delete a run that has ended",
        description="Its curves, samples and checkpoints go; versions made of it stay.",
        answers={204: OpenApiResponse(description="It is gone.")},
        codes=[*base.CODES, *schema.BY_COOKIE, "not_found", "run_not_ended"],
        operation_id="training_runs_destroy",
        tags=["training"],
    )
    def delete(self, request: Request, run_id: uuid.UUID) -> Response:
        control.delete(get_object_or_404(TrainingRun, pk=run_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _controlled(run_id: uuid.UUID, action: Callable[[TrainingRun], None]) -> Response:
    run = get_object_or_404(TrainingRun, pk=run_id)
    action(run)
    return base.changed(run, TrainingRunSerializer, status.HTTP_202_ACCEPTED)


class Stop(base.StaffView):
    permission_classes = (staff(write=TRAIN),)

    @schema.endpoint(
        "Stop a run",
        description="What it has learned is saved; its best weights become a version.",
        answers={202: schema.answer(TrainingRunSerializer, "Stopped, or about to.")},
        codes=[*base.CODES, *schema.BY_COOKIE, "not_found", "run_ended"],
        operation_id="training_runs_stop",
        tags=["training"],
    )
    def post(self, request: Request, run_id: uuid.UUID) -> Response:
        return _controlled(run_id, control.stop)


class Resume(base.StaffView):
    permission_classes = (staff(write=TRAIN),)

    @schema.endpoint(
        "Resume a stopped or failed run",
        description="It goes on from its last checkpoint.",
        answers={202: schema.answer(TrainingRunSerializer, "Queued.")},
        codes=[*base.CODES, *schema.BY_COOKIE, "not_found", "run_not_resumable"],
        operation_id="training_runs_resume",
        tags=["training"],
    )
    def post(self, request: Request, run_id: uuid.UUID) -> Response:
        return _controlled(run_id, control.resume)
