"""Answers as the OpenAPI document shows them."""

from typing import Any

_ID = "0b5d2c5e-5d53-4d39-9d1a-6d9b0d0c7c11"
_API = f"https://color.example/api/v1/jobs/{_ID}/"
_PHOTO = "https://color.example/api/v1/photos/5f1f4c1f-7a43-4f0b-9d7b-1a2f3c4d5e6f/"
_FILES = f"https://color.example/files/{_ID}"

QUEUED: dict[str, Any] = {
    "id": _ID,
    "status": "queued",
    "stage": "waiting",
    "progress": 0.0,
    "position": 1,
    "eta_seconds": 2.4,
    "sequence": 0,
    "error": None,
    "model": None,
    "options": {
        "vividness": 1.0,
        "network_size": None,
        "hints": [],
        "geometry": None,
        "format": "jpeg",
        "depth": 8,
    },
    "photo": {
        "id": "5f1f4c1f-7a43-4f0b-9d7b-1a2f3c4d5e6f",
        "name": "harbor-1912.jpg",
        "title": "",
        "alt": "",
        "width": 3200,
        "height": 2400,
        "format": "jpeg",
        "bytes": 1843200,
        "depth": 8,
        "pages": 1,
        "page": 1,
        "notes": [],
        "has_color": False,
        "visibility": "private",
        "look": {"vividness": 1.0, "tones": 0.0, "revision": 0},
        "likes": 0,
    },
    "in_use": False,
    "batch": None,
    "index": None,
    "path": None,
    "retried_from": None,
    "reference": "box 12/7",
    "metadata": {"collection": "harbor"},
    "timings": dict.fromkeys(
        ("wait_ms", "reading_ms", "colorizing_ms", "saving_ms", "total_ms"),
    ),
    "urls": {
        "self": _API,
        "socket": f"wss://color.example/ws/jobs/{_ID}/",
        "events": f"{_API}events/",
        "page": f"https://color.example/jobs/{_ID}/",
        "permalink": "https://color.example/photos/5f1f4c1f-7a43-4f0b-9d7b-1a2f3c4d5e6f/",
        "cancel": f"{_API}cancel/",
        "retry": None,
        "photo": _PHOTO,
        "result": None,
        "download": None,
        "gray": None,
        "preview": None,
        "card": None,
        "colors": None,
        "gray_preview": f"{_FILES}/gray_preview",
        "gray_card": f"{_FILES}/gray_card",
        "original_preview": None,
    },
    "created_at": "2026-11-22T20:15:00.120000Z",
    "started_at": None,
    "finished_at": None,
}

CREATED = QUEUED | {"guest_token": "f3a9…:Zk1…"}

SUCCEEDED = QUEUED | {
    "status": "succeeded",
    "stage": "done",
    "progress": 1.0,
    "position": None,
    "eta_seconds": None,
    "sequence": 5,
    "in_use": True,
    "model": {"name": "resnet-gray-unet", "version": "9f2c41d07ab3"},
    "timings": {
        "wait_ms": 110,
        "reading_ms": 95,
        "colorizing_ms": 240,
        "saving_ms": 180,
        "total_ms": 640,
    },
    "urls": QUEUED["urls"]
    | {
        "cancel": None,
        "result": f"{_FILES}/result",
        "download": f"{_FILES}/result?download",
        "gray": f"{_FILES}/gray",
        "preview": f"{_FILES}/preview",
        "card": f"{_FILES}/card",
        "colors": f"{_FILES}/colors",
    },
    "started_at": "2026-11-22T20:15:00.230000Z",
    "finished_at": "2026-11-22T20:15:00.760000Z",
}

CANCELED = QUEUED | {
    "status": "canceled",
    "stage": "done",
    "progress": 1.0,
    "position": None,
    "eta_seconds": None,
    "sequence": 1,
    "timings": QUEUED["timings"] | {"total_ms": 890},
    "urls": QUEUED["urls"] | {"cancel": None, "retry": f"{_API}retry/"},
    "finished_at": "2026-11-22T20:15:01.010000Z",
}

PAGE = {"next": None, "previous": None, "results": [SUCCEEDED]}

_BATCH = "https://color.example/api/v1/batches/8a7c1d52-5f0e-4f3c-9a59-0c5a0a3f8f4e/"
BATCH: dict[str, Any] = {
    "id": "8a7c1d52-5f0e-4f3c-9a59-0c5a0a3f8f4e",
    "status": "unpacked",
    "photos": 3,
    "unpacked": 3,
    "jobs": {"queued": 1, "running": 1, "succeeded": 0, "failed": 0, "canceled": 0},
    "refused": 1,
    "reference": "box 12",
    "metadata": {},
    "errors": [
        {
            "name": "letters/notes.txt",
            "index": 2,
            "code": "not_a_photo",
            "message": "This is not a photo. …",
        }
    ],
    "urls": {"self": _BATCH, "jobs": f"{_BATCH}jobs/", "cancel": f"{_BATCH}cancel/"},
    "created_at": "2026-11-22T20:15:00.120000Z",
    "finished_at": None,
}
