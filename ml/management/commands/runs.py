"""``manage.py runs``: training runs, for a machine without a browser."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from colorweb.audit.commands import AuditedCommand
from colorweb.errors import DomainError
from ml.datasets.find import find as find_data_set
from ml.models import OVER, RunPoint, TrainingRun
from ml.resnet_gray.progress import bar, report
from ml.training import control
from ml.training.find import find
from ml.training.options import PRECISIONS, PRESETS, Options

POLL_EVERY = 1.0  # seconds
FIGURES = {"epochs": int, "batch": int, "rate": float, "size": int, "patience": int, "limit": int}


class Command(AuditedCommand):
    help = "Lists, starts, follows, stops, resumes and deletes training runs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("list", help="all of them, the newest first")
        start = actions.add_parser("start", help="queues a run for the training worker")
        start.add_argument("preset", choices=sorted(PRESETS))
        start.add_argument("data", nargs="+", help="data sets, by name or how their ids begin")
        start.add_argument("--name", default="", help="what to call it")
        start.add_argument("--note", default="")
        start.add_argument(
            "--base", help="model to go on from: name, name@version, served; '' for a new network"
        )
        for name, kind in FIGURES.items():
            start.add_argument(f"--{name}", type=kind, help="[the preset's]")
        start.add_argument("--precision", choices=PRECISIONS, default="auto")
        start.add_argument("--devices", type=int, default=0, help="GPUs; 0: all there are")
        start.add_argument("--seed", type=int, default=0)
        start.add_argument("--follow", action="store_true", help="and follow it to its end")
        does = {
            "follow": "shows how it goes on, to its end",
            "stop": "ends it; its best becomes a version",
            "resume": "goes on with a stopped or failed one",
            "delete": "removes one that has ended",
        }
        for action, text in does.items():
            one = actions.add_parser(action, help=text)
            one.add_argument("run", help="its name, or how its id begins")

    def handle(self, *_: Any, action: str, **options: Any) -> None:
        try:
            getattr(self, f"_{action}")(**options)
        except DomainError as error:
            raise CommandError(error.message) from error

    def _list(self, **_: Any) -> None:
        for run in TrainingRun.objects.select_related("version"):
            print(
                f"{str(run.pk)[:8]}  {run.state:9}  {run.progress:4.0%}  {run.preset:5}  "
                f"{run.name}" + (f"  -> {run.version}" if run.version else "")
            )

    def _start(
        self,
        *,
        preset: str,
        data: list[str],
        name: str,
        note: str,
        base: str | None,
        follow: bool,
        **figures: Any,
    ) -> None:
        data_sets = [find_data_set(each) for each in data]
        chosen = Options.of(figures)
        run = control.start(preset, data_sets, chosen, base=base, name=name, note=note)
        print(run.pk)
        if follow:
            self._follow(str(run.pk))

    def _stop(self, run: str, **_: Any) -> None:
        control.stop(find(run))

    def _resume(self, run: str, **_: Any) -> None:
        control.resume(find(run))

    def _delete(self, run: str, **_: Any) -> None:
        control.delete(find(run))

    def _follow(self, run: str, **_: Any) -> None:
        found, drawn, seen = find(run), 0.0, 0
        form = "{desc} {percentage:3.0f}%|{bar}| {postfix}"
        with bar(total=1.0, desc="training", bar_format=form) as shown:
            while True:
                found.refresh_from_db()
                shown.update(max(0.0, found.progress - drawn))
                drawn = found.progress
                shown.set_postfix_str(_throughput(found))
                for point in found.points.filter(kind=RunPoint.Kind.CHECK, step__gt=seen):
                    seen = point.step
                    report(f"epoch {point.epoch:.1f}: {_figures(point)}")
                if found.state in OVER:
                    break
                time.sleep(POLL_EVERY)
        if found.state == TrainingRun.State.FAILED:
            raise CommandError(found.error_message)
        print(found.version or found.get_state_display())


def _throughput(run: TrainingRun) -> str:
    speed, left = run.now.get("photos_per_second"), run.now.get("seconds_left")
    parts = [f"{speed} photos/s"] if speed else [run.get_stage_display()]
    return ", ".join([*parts, f"{left} s left"] if left else parts)


def _figures(point: RunPoint) -> str:
    ways = {way: point.values.get(way) or {} for way in ("mean", "shown")}
    return "; ".join(
        f"{way}: " + ", ".join(f"{name} {value:.4g}" for name, value in figures.items())
        for way, figures in ways.items()
    )
