"""What the API's views of photos and jobs share."""

import uuid
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import NotAuthenticated

from colorweb.accounts import recent_password
from colorweb.accounts.models import User
from colorweb.api import base
from jobs.models import Job
from jobs.serializers.jobs import JobSerializer
from jobs.storage import access


class View(base.View):
    """Speaks of jobs."""

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

    def data(self, job: Job) -> dict[str, Any]:
        """One of the visitor's own jobs as JSON."""
        return JobSerializer(job, context=self.context).data
