"""The OpenAPI document's last touches: what endpoints need not say one by one.

Hooks of drf-spectacular, named in the settings.
"""

from typing import Any

from colorweb.http.problems import CONTENT_TYPE

KEYS = {
    "album_id": "An album's id.",
    "archive_id": "An archive's id.",
    "batch_id": "A batch's id.",
    "delivery_id": "A delivery's id.",
    "endpoint_id": "A webhook's id.",
    "evaluation_id": "An evaluation's id.",
    "job_id": "A job's id.",
    "label": "A model's version: `name@version`.",
    "link_id": "A link's id.",
    "photo_id": "A photo's id.",
    "promotion_id": "A promotion's id.",
    "run_id": "A training run's id.",
    "set_id": "A data set's id.",
    "token_id": "A token's id.",
}
"""What the parts of paths name."""


def complete(result: dict[str, Any], **_context: Any) -> dict[str, Any]:
    """Describe the parts of paths, require the bodies that cannot be empty, and say once what many
    answers have alike: headers, and examples of problems.
    """
    components = result["components"]
    shared: dict[str, dict[str, Any]] = {"headers": {}, "examples": {}}
    for operation in _operations(result):
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "path" and "description" not in parameter:
                parameter["description"] = KEYS[parameter["name"]]
        if "multipart/form-data" in operation.get("requestBody", {}).get("content", {}):
            operation["requestBody"]["required"] = True
        for status, answer in operation["responses"].items():
            _share(answer.get("headers", {}), shared["headers"], "headers")
            problems = answer.get("content", {}).get(CONTENT_TYPE, {}).get("examples", {})
            if status != "422":  # a job's own errors
                _share(problems, shared["examples"], "examples")
    for name, message in result.get("webhooks", {}).items():
        message["post"]["operationId"] = "on_" + name.replace(".", "_")
        message["post"]["security"] = []  # it is signed
    return {**result, "components": {**shared, **components}}


def _operations(result: dict[str, Any]) -> list[dict[str, Any]]:
    paths = [*result["paths"].values(), *result.get("webhooks", {}).values()]
    return [operation for path in paths for operation in path.values()]


def _share(found: dict[str, Any], known: dict[str, Any], kind: str) -> None:
    """Put values that come again and again among the components, and leave references to them."""
    for name, value in found.items():
        if known.setdefault(name, value) == value:
            found[name] = {"$ref": f"#/components/{kind}/{name}"}
