"""The API's document, and whether an answer is what it says."""

from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml
from django.conf import settings

DOCUMENT = Path(settings.BASE_DIR) / "docs" / "openapi.yaml"


@cache
def read() -> dict[str, Any]:
    """The committed document, which a test holds to be what the code makes."""
    return yaml.load(DOCUMENT.read_text(), yaml.CSafeLoader)  # 5 s without libyaml


def example(found: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """An example's value, wherever in the document it stands."""
    if "$ref" in found:
        found = document["components"]["examples"][found["$ref"].rpartition("/")[2]]
    value: dict[str, Any] = found["value"]
    return value


def conforms(value: object, component: str, document: dict) -> None:
    """Fails unless `value` is what the document says about `component`."""
    schema = {"$ref": f"#/components/schemas/{component}", "components": document["components"]}
    jsonschema.validate(value, schema, cls=jsonschema.Draft202012Validator)
