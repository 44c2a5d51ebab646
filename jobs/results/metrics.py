"""Figures for /metrics of what workers make: how long each stage, file and zip took."""

from colorweb.health.counts import Histogram
from colorweb.health.metrics import Gauge, by_state
from jobs.models import Archive, Rendition


def _renditions() -> dict[str, float]:
    return {"waiting": Rendition.waiting().count()}


def _archives() -> dict[str, float]:
    states = Archive.State
    return by_state(Archive, states.QUEUED, states.RUNNING, states.FAILED)


STAGE_SECONDS = Histogram("colorweb_stage_seconds", "Stages of jobs that succeeded", "stage")
RENDITION_SECONDS = Histogram("colorweb_rendition_seconds", "Files in other formats and sizes")
ARCHIVE_SECONDS = Histogram("colorweb_archive_seconds", "Zips of results")
FIGURES = (
    Gauge("colorweb_renditions", "Files in other formats that wait", "state", _renditions),
    Gauge("colorweb_archives", "Zips that wait, are made, and failed", "state", _archives),
    *(STAGE_SECONDS, RENDITION_SECONDS, ARCHIVE_SECONDS),
)
