"""The API's document, and whether an answer is what it says."""

from pathlib import Path

import jsonschema
from django.conf import settings

DOCUMENT = Path(settings.BASE_DIR) / "docs" / "openapi.yaml"


def conforms(value: object, component: str, document: dict) -> None:
    """Fails unless `value` is what the document says about `component`."""
    schema = {"$ref": f"#/components/schemas/{component}", "components": document["components"]}
    jsonschema.validate(value, schema, cls=jsonschema.Draft202012Validator)
