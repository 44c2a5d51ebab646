"""What the API's views of photos and jobs share."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from rest_framework.exceptions import (
    NotAuthenticated,
    ParseError,
    UnsupportedMediaType,
    ValidationError,
)
from rest_framework.request import Request

from colorweb.accounts import recent_password
from colorweb.accounts.models import User
from colorweb.accounts.visitors import Visitor
from colorweb.api import base
from colorweb.api.serializers import show
from colorweb.http.origins import SAFE
from jobs.models import Job
from jobs.serializers.jobs import JobSerializer
from jobs.storage import access


class View(base.View):
    """Speaks of jobs."""

    lookups: ClassVar[Mapping[str, Callable[[Visitor, uuid.UUID], object]]] = {
        "album_id": access.own_album,
        "archive_id": access.own_archive,
        "batch_id": access.own_batch,
        "delivery_id": access.own_delivery,
        "endpoint_id": access.own_endpoint,
        "job_id": access.own_job,
        "photo_id": access.own_photo,
    }
    """What an address that changes something names -> how a visitor's own is found."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        try:
            super().initial(request, *args, **kwargs)
        except (ParseError, UnsupportedMediaType, ValidationError):
            if request.method not in SAFE:  # whose it is comes before what was sent to it
                for name in kwargs.keys() & self.lookups:
                    self.lookups[name](self.visitor, kwargs[name])
            raise

    def job(self, job_id: uuid.UUID) -> Job:
        """The visitor's own job; somebody else's is not found."""
        return access.own_job(self.visitor, job_id)

    @property
    def user(self) -> User:
        """The account, for what guests cannot have. Raises NotAuthenticated."""
        if self.visitor.user is None:
            raise NotAuthenticated(_("Sign in, or send an account's token."))
        return self.visitor.user

    @property
    def proven_user(self) -> User:
        """The account, for what outlives a session: by a token, or the password just given again.

        Raises NotAuthenticated or DomainError.
        """
        user = self.user
        if not self.visitor.api_token:
            recent_password.check(self.request)
        return user

    def data(self, job: Job, **known: Any) -> dict[str, Any]:
        """One of the visitor's own jobs as JSON; `known` goes into the serializer's context."""
        return show(JobSerializer, job, {**self.context, **known})
