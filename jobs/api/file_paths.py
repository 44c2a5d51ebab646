"""Addresses of files, as the OpenAPI document describes them: they are no part of `/api/v1/`."""

from typing import Any

from colorweb.api.schema import problem_answers
from jobs.models import EXTENSIONS
from jobs.storage import files

UUID = {"type": "string", "format": "uuid"}
BINARY = {"schema": {"type": "string", "format": "binary"}}
PICTURES = {files.MIME[suffix]: BINARY for suffix in EXTENSIONS.values()}
ZIP = {"application/zip": BINARY}
REFUSED = (
    *("bad_request", "authentication_failed", "insufficient_scope", "not_found"),
    "storage_unavailable",
)


def add(result: dict[str, Any], **_context: Any) -> dict[str, Any]:
    """Append the paths of files; a hook of drf-spectacular, named in the settings."""
    kinds = {"type": "string", "enum": [*files.OF_RESULT, *files.OF_PHOTO]}
    result["paths"] |= {
        "/files/{job_id}/{kind}": {
            "get": _operation(
                "files_retrieve",
                "A file of a job",
                "As `urls` of a job has it. Whoever may see the job may have it; the gray previews "
                "are there at once, everything else when the job has succeeded.",
                PICTURES,
                _key("job_id"),
                {**_key("kind"), "schema": kinds, "description": "Which of its files."},
                _query("download", "Anything: as an attachment, with a name."),
                _query("look", "As in the addresses of `urls`: with the photo's look."),
            )
        },
        "/files/{job_id}/renditions/{rendition_id}": {
            "get": _operation(
                "files_rendition",
                "A file made from a job's colors",
                "Where `jobs/{id}/result/` leads that is asked for another format, size or look.",
                PICTURES,
                _key("job_id"),
                {**_key("rendition_id"), "description": "From the address of `Location`."},
                _query("download", "Anything: as an attachment, with a name."),
            )
        },
        "/archives/{archive_id}/file": {
            "get": _operation(
                "files_archive",
                "The zip of an archive",
                "As `urls.file` of an archive has it; its owner's.",
                ZIP,
                _key("archive_id"),
                made_later=True,
            )
        },
    }
    return result


def _operation(
    name: str,
    summary: str,
    description: str,
    content: dict[str, Any],
    *parameters: dict[str, Any],
    made_later: bool = False,
) -> dict[str, Any]:
    headers = {
        "ETag": _header("Of the file, which never changes under its address and look."),
        "Accept-Ranges": _header("`bytes`."),
    }
    ranged = {**headers, "Content-Range": _header("Which bytes these are, and of how many.")}
    later = {"202": {"description": "It is being made; ask again after `Retry-After`."}}
    return {
        "operationId": name,
        "summary": summary,
        "description": description,
        "tags": ["files"],
        "parameters": [
            *parameters,
            _sent("Range", "One range of bytes: `bytes=1000-`."),
            _sent("If-None-Match", "The `ETag` of the file that you have."),
            _sent("If-Range", "The `ETag` of the file that a range continues."),
        ],
        "security": [{"bearer": []}, {"session": []}, {"guest": []}, {}],
        "responses": {
            "200": {"description": "The file.", "content": content, "headers": headers},
            **(later if made_later else {}),
            "206": {"description": "The part asked for.", "content": content, "headers": ranged},
            "304": {"description": "It is as you have it.", "headers": headers},
            **problem_answers(REFUSED),
            "416": {"description": "The range begins after its end.", "headers": ranged},
        },
    }


def _key(name: str) -> dict[str, Any]:
    return {"in": "path", "name": name, "required": True, "schema": UUID}


def _query(name: str, text: str) -> dict[str, Any]:
    return {"in": "query", "name": name, "description": text, "schema": {"type": "string"}}


def _sent(name: str, text: str) -> dict[str, Any]:
    return {"in": "header", "name": name, "description": text, "schema": {"type": "string"}}


def _header(text: str) -> dict[str, Any]:
    return {"description": text, "schema": {"type": "string"}}
