"""Data sets, for staff."""

import uuid

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from colorweb.api import schema
from ml.api import base
from ml.api.permissions import staff
from ml.api.serializers import DataSetPageSerializer, DataSetSerializer, NewDataSet
from ml.datasets import manage
from ml.models import DataSet
from ml.permissions import TRAIN, VIEW_DATA_SETS

IN_USE = ("not_found", "data_set_in_use")


class DataSets(base.StaffView):
    permission_classes = (staff(read=VIEW_DATA_SETS, write=TRAIN),)

    @schema.endpoint(
        "Data sets, the newest first",
        parameters=[*schema.PAGES],
        answers={200: schema.answer(DataSetPageSerializer, "A page.")},
        codes=base.CODES,
        operation_id="datasets_list",
        tags=["training"],
    )
    def get(self, request: Request) -> Response:
        return self.page(DataSet.objects.all(), DataSetSerializer)

    @schema.endpoint(
        "Add a data set",
        description=(
            "Its photos are checked by a worker at once; ask for it until it is `ready`."
            + schema.NO_KEY
        ),
        request={
            "multipart/form-data": NewDataSet,
            "application/json": NewDataSet,
        },
        answers={201: schema.answer(DataSetSerializer, "Waiting to be checked.")},
        codes=[
            *base.CODES,
            *schema.BY_COOKIE,
            *schema.OF_BODIES,
            *("blank", "invalid_choice", "empty"),
            *("not_an_archive", "no_archive", "archive_broken", "archive_too_large"),
            *("no_such_path", "storage_unavailable"),
        ],
        operation_id="datasets_create",
        tags=["training"],
    )
    def post(self, request: Request) -> Response:
        new = NewDataSet(data=request.data)
        new.is_valid(raise_exception=True)
        data = new.validated_data
        data_set = manage.add(data.pop("kind"), data.pop("name"), user=self.user, **data)
        return Response(DataSetSerializer(data_set).data, status=status.HTTP_201_CREATED)


class DataSetDetailView(base.StaffView):
    permission_classes = (staff(read=VIEW_DATA_SETS, write=TRAIN),)

    @schema.endpoint(
        "A data set",
        answers={200: schema.answer(DataSetSerializer, "The data set.")},
        codes=[*base.CODES, "not_found"],
        operation_id="datasets_retrieve",
        tags=["training"],
    )
    def get(self, request: Request, set_id: uuid.UUID) -> Response:
        return Response(DataSetSerializer(get_object_or_404(DataSet, pk=set_id)).data)

    @schema.endpoint(
        "Delete a data set",
        description="An uploaded archive goes with it; photos on the server stay.",
        answers={204: OpenApiResponse(description="It is gone.")},
        codes=[*base.CODES, *schema.BY_COOKIE, *IN_USE],
        operation_id="datasets_destroy",
        tags=["training"],
    )
    def delete(self, request: Request, set_id: uuid.UUID) -> Response:
        manage.delete(get_object_or_404(DataSet, pk=set_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class Check(base.StaffView):
    permission_classes = (staff(write=TRAIN),)

    @schema.endpoint(
        "Check a data set again",
        answers={202: schema.answer(DataSetSerializer, "Waiting to be checked.")},
        codes=[*base.CODES, *schema.BY_COOKIE, *IN_USE, "data_set_busy"],
        operation_id="datasets_check",
        tags=["training"],
    )
    def post(self, request: Request, set_id: uuid.UUID) -> Response:
        data_set = get_object_or_404(DataSet, pk=set_id)
        manage.recheck(data_set)
        return base.changed(data_set, DataSetSerializer, status.HTTP_202_ACCEPTED)
