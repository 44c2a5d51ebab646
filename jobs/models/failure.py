"""The columns of a row whose work can fail, and the text they make."""

from typing import Any

from django.db import models

from colorweb.errors import DomainError, message_of


class Failure(models.Model):
    """Why work failed: code and parameters, of which `error_text` makes a text when it is read."""

    error_code = models.CharField(max_length=40, blank=True)
    error_params = models.JSONField(default=dict, blank=True)
    error_message = models.TextField(
        blank=True, help_text="A text of an older release that no code stands for; shown as it is."
    )

    class Meta:
        abstract = True

    @property
    def error_text(self) -> str:
        """Why it failed, in the reader's language; empty where it did not."""
        if not self.error_code:
            return ""
        kept = {"code": self.error_code, "params": self.error_params}
        return message_of(kept | {"message": self.error_message})


def failure_columns(error: DomainError) -> dict[str, Any]:
    """The values of the columns for an error."""
    return {"error_code": error.detailed, "error_params": error.params, "error_message": ""}
