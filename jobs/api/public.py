"""What anybody may see: the gallery, and the models one can choose from."""

from rest_framework.request import Request
from rest_framework.response import Response

from jobs import gallery
from jobs.api import examples, schema, shapes
from jobs.api.base import Published, View
from ml import catalog


class Gallery(View):
    @schema.endpoint(
        "Published photos, the newest first",
        parameters=[schema.CURSOR],
        answers={200: schema.answer(shapes.JobPageSerializer, "A page.", examples.PAGE)},
        codes=["not_found"],
        operation_id="gallery_list",
        tags=["public"],
    )
    def get(self, request: Request) -> Response:
        pages = Published()
        page = pages.paginate_queryset(gallery.public_jobs(), request, view=self)
        return pages.get_paginated_response([self.told(job) for job in page or ()])


class Models(View):
    @schema.endpoint(
        "The networks one can choose from",
        answers={200: schema.answer(shapes.ModelsSerializer, "All of them.")},
        operation_id="models_list",
        tags=["public"],
    )
    def get(self, request: Request) -> Response:
        default = catalog.card("")["name"]
        keys = ("name", "title", "architecture", "default_size")
        return Response(
            {
                "results": [
                    {key: card.get(key) for key in keys} | {"default": card["name"] == default}
                    for card in catalog.shipped()
                ]
            }
        )
