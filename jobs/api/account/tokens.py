"""An account's API tokens."""

from datetime import UTC, datetime

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse
from rest_framework import status
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from colorweb.accounts import tokens
from colorweb.api import schema
from jobs.api.base import View
from jobs.api.serializers import NewToken
from jobs.serializers.account import (
    CreatedTokenSerializer,
    TokenSerializer,
    TokensSerializer,
)

LATEST = datetime.max.replace(tzinfo=UTC)


class Tokens(View):
    @schema.endpoint(
        "My tokens",
        answers={200: schema.answer(TokensSerializer, "All of them, without secrets.")},
        codes=["not_authenticated"],
        operation_id="tokens_list",
        tags=["tokens"],
    )
    def get(self, request: Request) -> Response:
        mine = self.user.api_tokens.order_by("-created_at", "-pk")
        return Response({"results": TokenSerializer(mine, many=True).data})

    @schema.endpoint(
        "Make a token",
        description=(
            "The secret is in this answer only. A token can make others with no more scopes "
            "and no longer a life than its own; `staff` is for members of staff." + schema.NO_KEY
        ),
        request=NewToken,
        answers={201: schema.answer(CreatedTokenSerializer, "The token.")},
        codes=[
            *schema.BY_COOKIE,
            *schema.OF_BODIES,
            *("blank", "null", "not_a_list", "empty", "invalid_choice", "overflow"),
            *("not_authenticated", "reauthentication_required", "too_many_tokens"),
        ],
        operation_id="tokens_create",
        tags=["tokens"],
    )
    def post(self, request: Request) -> Response:
        user = self.proven_user
        new = NewToken(data=request.data)
        new.is_valid(raise_exception=True)
        options = new.validated_data
        if not all(self.visitor.may(scope) for scope in options["scopes"]):
            raise PermissionDenied(
                _("You cannot give a token permissions that you do not have."), "insufficient_scope"
            )
        own = self.visitor.api_token
        if own and own.expires_at and (options["expires_at"] or LATEST) > own.expires_at:
            message = _("A token cannot outlive the token that creates it.")
            raise ValidationError({"expires_at": message})
        token, secret = tokens.create(user, **options)
        answer = CreatedTokenSerializer(token, context={"secret": secret}).data
        return Response(answer, status=status.HTTP_201_CREATED)


class TokenDetailView(View):
    @schema.endpoint(
        "Withdraw a token",
        answers={204: OpenApiResponse(description="The token is revoked.")},
        codes=[*schema.BY_COOKIE, "not_authenticated", "not_found"],
        operation_id="tokens_destroy",
        tags=["tokens"],
    )
    def delete(self, request: Request, token_id: int) -> Response:
        get_object_or_404(self.user.api_tokens, pk=token_id).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)
