"""The engine's journal (`metrics.jsonl`, see `ml.resnet_gray.training.run_folder`) made into rows.

The journal is the truth about the curves: a worker that resumes a run reads it from the beginning.
Rows are thinned, so that a run of weeks is drawn as quickly as one of minutes.
"""

import json
import logging
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from ml.models.runs import RunPoint, RunSample, TrainingRun
from ml.resnet_gray.evaluation.photo_figures import PhotoFigures
from ml.resnet_gray.old_names import renamed
from ml.versions import gate

log = logging.getLogger(__name__)
Line = dict[str, Any]

SPACING = 1 / 500  # of the run, between two points of the learning curve
POSITION = ("event", "time", "step", "epoch", "progress")
ATTEMPT_FACTS = ("device", "precision", "processes", "photos", "check_photos", "steps_per_epoch")
CURRENT = ("photos_per_second", "seconds_left", "rate")


class Journal:
    """What one worker has read of a run's journal."""

    def __init__(self, run: TrainingRun) -> None:
        self.run, self.file = run, run.local / "metrics.jsonl"
        self.offset = 0
        self.columns: dict[str, Any] = {}  # columns of the run that have changed
        self.facts: Line = {}  # about the whole attempt
        self.now: dict[str, Any] = {}
        self.at = 0.0  # monotonic seconds, when that was read
        self.end: Line = {}
        self.best: Line = {}
        self.last_point = -1.0  # progress at the last point of the learning curve

    def begin(self) -> None:
        """Makes the rows again from the file; the end of an earlier attempt does not count."""
        with transaction.atomic():
            self.run.points.all().delete()
            self.read()
        self.end = {}
        self.now = {}

    @property
    def seconds_left(self) -> int | None:
        """As the last line said, less the time since; it says nothing while a check is made."""
        left = self.now.get("seconds_left")
        return None if left is None else max(0, round(left - (time.monotonic() - self.at)))

    def read(self) -> bool:
        """Reads the new lines; whether there were any."""
        points: dict[tuple[str, int], RunPoint] = {}
        lines = list(_whole_lines(self.file, self.offset))
        for length, line in lines:
            self.offset += length
            if line.get("event") == "start":
                self._delete_after(line["step"], points)
            point = self._process(line)
            if point:
                points[point.kind, point.step] = point
        self._save(points.values())
        return bool(lines)

    def _process(self, line: Line) -> RunPoint | None:
        """Takes over one line; the point to keep, if it is one."""
        event = line.get("event")
        if "step" in line:
            self.columns |= {
                "step": line["step"],
                "epoch": int(line["epoch"]),
                "progress": line["progress"],
            }
        if event == "reading":
            self.now = {"reading": line["photos"]}
        elif event == "start":
            self.facts = {name: line.get(name) for name in ATTEMPT_FACTS}
        elif event == "step":
            self.now = {name: line.get(name) for name in (*CURRENT, "loss")}
            self.at = time.monotonic()
            if line["progress"] - self.last_point >= SPACING:
                self.last_point = line["progress"]
                return self._point(RunPoint.Kind.STEP, line)
        elif event == "check":
            if line.get("best"):
                self.best = line
            return self._point(RunPoint.Kind.CHECK, line)
        elif event == "samples":
            self._store_samples(line)
        elif event == "end":
            self.end = line
        return None

    def _point(self, kind: str, line: Line) -> RunPoint:
        values = {name: value for name, value in line.items() if name not in POSITION}
        if each := values.pop("each", None):
            values["gate"] = gate.verdict(_rows(each), _rows(self.run.baseline.get("each", [])))
        return RunPoint(
            run=self.run, kind=kind, step=line["step"], epoch=line["epoch"], values=values
        )

    def _save(self, points: Iterable[RunPoint]) -> None:
        RunPoint.objects.bulk_create(
            points,
            update_conflicts=True,
            unique_fields=["run", "kind", "step"],
            update_fields=["epoch", "values"],
        )

    def _delete_after(self, step: int, points: dict[tuple[str, int], RunPoint]) -> None:
        """Those steps are made again."""
        for key in [key for key in points if key[1] > step]:
            del points[key]
        self.run.points.filter(step__gt=step).delete()
        self.run.samples.filter(step__gt=step).delete()
        if self.best.get("step", 0) > step:
            self.best = {}
        self.last_point = min(self.last_point, self.columns.get("progress", 0.0))

    def _store_samples(self, line: Line) -> None:
        for file in line["files"]:
            name = f"{self.run.folder}/samples/{line['step']}.png"
            # Made again after a resume it is the same picture, and it may be another machine's.
            if not default_storage.exists(name):
                content = (self.run.local / file).read_bytes()
                default_storage.save(name, ContentFile(content))
            RunSample.objects.update_or_create(
                run=self.run, step=line["step"], defaults={"epoch": line["epoch"], "file": name}
            )


def _rows(each: list[list[Any]]) -> list[PhotoFigures]:
    return [PhotoFigures.of(row) for row in each]


def _whole_lines(file: Path, offset: int) -> Iterator[tuple[int, Line]]:
    """Length in bytes and content of each line from `offset` on that is written to its end."""
    try:
        with file.open("rb") as lines:
            lines.seek(offset)
            for line in lines:
                if not line.endswith(b"\n"):
                    return
                try:
                    yield len(line), renamed(json.loads(line))
                except ValueError:  # cut short by a full disk
                    log.warning("A line of %s was not understood.", file)
                    yield len(line), {}
    except FileNotFoundError:
        return
