"""The tables of a photo's way."""

from jobs.models.album import Album, AlbumPhoto
from jobs.models.archive import Archive
from jobs.models.batch import Batch
from jobs.models.check import Check
from jobs.models.failure import failure_columns
from jobs.models.idempotency import IdempotencyKey
from jobs.models.job import DEPTHS, EXTENSIONS, OFFERED, TERMINAL, Job, Stage, State, Vividness
from jobs.models.photo import EVERYBODYS, STORED_AS, Look, Photo, Reason, folder_of
from jobs.models.queue import Queue, Usage
from jobs.models.reaction import Like, PublicPhoto, Report
from jobs.models.rendition import LONG_SIDES, Rendition
from jobs.models.share import ShareLink
from jobs.models.webhook import TEST, USUAL, Event, WebhookDelivery, WebhookEndpoint

__all__ = [
    "DEPTHS",
    "EVERYBODYS",
    "EXTENSIONS",
    "LONG_SIDES",
    "OFFERED",
    "STORED_AS",
    "TERMINAL",
    "TEST",
    "USUAL",
    "Album",
    "AlbumPhoto",
    "Archive",
    "Batch",
    "Check",
    "Event",
    "IdempotencyKey",
    "Job",
    "Like",
    "Look",
    "Photo",
    "PublicPhoto",
    "Queue",
    "Reason",
    "Rendition",
    "Report",
    "ShareLink",
    "Stage",
    "State",
    "Usage",
    "Vividness",
    "WebhookDelivery",
    "WebhookEndpoint",
    "failure_columns",
    "folder_of",
]
