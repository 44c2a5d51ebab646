"""Names that version 0.1 wrote into files, and what they are called today.

Journals, checkpoints, model cards and indexes of data sets stay as that version wrote them; the
code that reads one of them looks its names up here.
"""

from typing import Any

RENAMED = {
    "grey": "gray",
    "of_grey": "of_gray",
    "licence": "license",
    "optimiser": "optimizer",
}


def renamed(value: Any) -> Any:
    """The same with today's names for the keys of a dictionary and of those within it."""
    if not isinstance(value, dict):
        return value
    return {RENAMED.get(key, key): renamed(inner) for key, inner in value.items()}
