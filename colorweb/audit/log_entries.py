"""What the console's own forms change: accounts, groups and the like."""

import json
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry

from colorweb.audit.records import record

VERBS = {ADDITION: "added", CHANGE: "changed"}
RECORDED_BY_THEMSELVES = ("ml", "jobs")
"""Apps whose own functions record more than a form knows."""


def receive(instance: LogEntry, *, created: bool, **_signal: Any) -> None:
    """A form of the console was saved."""
    kind = instance.content_type
    if not created or kind is None or kind.app_label in RECORDED_BY_THEMSELVES:
        return
    record(
        f"{kind.model} {VERBS.get(instance.action_flag, 'deleted')}",
        after={"id": instance.object_id, "name": instance.object_repr, **_fields(instance)},
    )


def _fields(entry: LogEntry) -> dict[str, Any]:
    """The names of the fields that were changed."""
    try:
        parts = json.loads(entry.change_message or "[]")
    except ValueError:
        return {}
    names = [name for part in parts for name in part.get("changed", {}).get("fields", [])]
    return {"fields": names} if names else {}
