"""Who is asking."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from colorweb.accounts import recent_password
from colorweb.accounts.models import ApiToken
from colorweb.api import schema
from colorweb.http import caching
from jobs.api.account import limits
from jobs.api.base import View
from jobs.queue import limits as quotas
from jobs.serializers.account import MeSerializer
from jobs.webhooks import messages


class Me(View):
    @schema.endpoint(
        "Who am I?",
        description=(
            "A guest nobody knows yet finds a `guest_token` here: ask for one first where a "
            "cut connection must not lose the first photo's answer."
        ),
        answers={200: schema.answer(MeSerializer, "You.")},
        operation_id="me_retrieve",
        tags=["me"],
    )
    def get(self, request: Request) -> Response:
        user = self.visitor.user
        me: dict[str, Any] = {
            "kind": "account" if user else "guest",
            "email": user.email if user else None,
            "is_staff": self.visitor.may("staff"),
            "scopes": [scope for scope in ApiToken.Scope.values if self.visitor.may(scope)],
            "quotas": quotas.use(self.visitor),
            "limits": limits.of(self.visitor),
            "webhook_secret": (
                messages.secrets_of_visitor(self.visitor.key)[0]
                if self.visitor.may("write") and self._is_proven()
                else None
            ),
        }
        answer = MeSerializer(me, context=self.context).data
        return Response(answer, headers={"Cache-Control": caching.NO_STORE})

    def _is_proven(self) -> bool:
        """Whether secrets may be shown: a session has to give the password again first."""
        by_session = self.visitor.user and not self.visitor.api_token
        return not by_session or recent_password.was_given(self.request)
