"""``manage.py models``: the registry of versions, without a browser."""

import json
import shutil
import time
from argparse import ArgumentParser
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from colorweb.audit.commands import AuditedCommand
from colorweb.errors import DomainError
from ml.models import DataSet, Evaluation, ModelVersion, Promotion
from ml.versions import canary, checks, evaluations, gate, imports, offers, promotion, registry

POLL_EVERY = 0.5  # seconds
STANDINGS = {
    "offer": "let visitors choose a version",
    "withdraw": "stop offering a version, or take it from the archive",
    "archive": "keep a version on record only",
}


class Command(AuditedCommand):
    help = "Lists, imports, exports, compares, promotes and rolls back versions of networks."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        listed = actions.add_parser("list", help="all versions by name")
        listed.add_argument("--json", action="store_true", help="one JSON object on stdout")
        import_ = actions.add_parser("import", help="keep a safetensors file as a version")
        import_.add_argument("file", type=Path)
        import_.add_argument("--name", default="", help="what people ask for [the card's]")
        import_.add_argument("--note", default="")
        export = actions.add_parser("export", help="write a version's safetensors file")
        export.add_argument("version", help="NAME or NAME@VERSION")
        export.add_argument("-o", "--output", type=Path, help="[NAME@VERSION.safetensors]")
        compared = actions.add_parser("evaluate", help="compare with the version in service, here")
        compared.add_argument("version", help="NAME or NAME@VERSION")
        compared.add_argument("--data-set", default="", help="by name [those that decide]")
        compared.add_argument("--json", action="store_true", help="one JSON object on stdout")
        promoted = actions.add_parser(
            "promote",
            help="put a version in service: waits for its check, which may refuse it (exit status "
            "1); then it colors a part of the photos",
        )
        promoted.add_argument("version", help="NAME or NAME@VERSION")
        promoted.add_argument("--reason", default="", help="needed unless the comparison is passed")
        actions.add_parser("canary", help="how the version fares that is on its way into service")
        actions.add_parser("advance", help="let it take its next step before its time")
        back = actions.add_parser(
            "rollback", help="take back the version on its way, or go back to the one before"
        )
        back.add_argument("--reason", default="")
        for standing, text in STANDINGS.items():
            one = actions.add_parser(standing, help=text)
            one.add_argument("version", help="NAME@VERSION")

    def handle(self, *_: Any, action: str, **options: Any) -> str:
        try:
            return str(getattr(self, f"do_{action}")(**options))
        except (DomainError, LookupError, OSError) as error:
            raise CommandError(getattr(error, "message", str(error))) from error

    def do_list(self, **options: Any) -> str:
        rows = [
            {"version": str(version), "in_service": line.in_service and version == line.current}
            for line in registry.lines()
            for version in line.versions
        ]
        if options["json"]:
            return json.dumps(rows)
        return "\n".join(f"{'*' if row['in_service'] else ' '} {row['version']}" for row in rows)

    def do_import(self, *, file: Path, name: str, note: str, **_: Any) -> str:
        with file.open("rb") as content:
            return f"Kept as {imports.import_file(content, name=name, note=note)}."

    def do_export(self, *, version: str, output: Path | None, **_: Any) -> str:
        found = _newest(version)
        target = output or Path(f"{found}.safetensors")
        shutil.copyfile(registry.local_file(found), target)
        return f"{found} is in {target}."

    def do_evaluate(self, *, version: str, data_set: str, **options: Any) -> str:
        chosen = None
        if data_set and (chosen := DataSet.objects.filter(name=data_set).first()) is None:
            raise CommandError(f"There is no data set called {data_set!r}.")
        evaluation = evaluations.request(_newest(version), chosen)
        self.stderr.write(f"Measuring {evaluation} …")
        try:
            while evaluation.state in evaluations.UNDER_WAY:
                evaluations.work()
                evaluation.refresh_from_db()
                if evaluation.state in evaluations.UNDER_WAY:
                    time.sleep(POLL_EVERY)  # another worker is at it
        except KeyboardInterrupt:
            with suppress(DomainError):  # it has just ended
                evaluations.cancel(evaluation)
            raise
        if evaluation.state != Evaluation.State.READY:
            raise CommandError(evaluation.error_message or evaluation.get_state_display())
        lines = gate.lines(evaluation)
        if options["json"]:
            return json.dumps({**gate.figures(evaluation), "parts": evaluation.parts})
        return "\n".join(_line(asdict(line)) for line in lines)

    def do_promote(self, *, version: str, reason: str, **_: Any) -> str:
        made = promotion.promote(_newest(version), reason=reason)
        self.stderr.write(f"Checking {made.version} on the sample photos …")
        while made.state == Promotion.State.CHECKING:
            if checks.can_work():
                checks.work()
            made.refresh_from_db()
            if made.state == Promotion.State.CHECKING:
                time.sleep(POLL_EVERY)  # another worker is at it
        if made.state == Promotion.State.REFUSED:
            raise CommandError(made.error_message)
        if made.state == Promotion.State.CANARY:
            return f"{made.version} is being tried on {made.share} % of owners."
        return f"In service: {made.version}."

    def do_canary(self, **_: Any) -> str:
        found = _undecided()
        figures = canary.figures_of(found)
        sides = {str(found.version): figures.canary, str(found.before): figures.others}
        return "\n".join(
            [
                (
                    f"{found}: {found.get_state_display()}, {found.share} % of owners, "
                    f"{figures.jobs_of_step} of {canary.MIN_JOBS} photos of this step"
                ),
                *(
                    f"{name}: {side.jobs} photos, {side.failed} failed, {side.slow} slow, "
                    f"median {side.median_ms or '–'} ms"
                    for name, side in sides.items()
                ),
            ]
        )

    def do_advance(self, **_: Any) -> str:
        found = canary.advance(_undecided())
        if found.state == Promotion.State.SERVING:
            return f"In service: {found.version}."
        return f"{found.version} is being tried on {found.share} % of owners."

    def do_rollback(self, *, reason: str, **_: Any) -> str:
        made = promotion.roll_back(reason=reason)
        return f"{made.before} is taken back. In service: {made.version}."

    def do_offer(self, *, version: str, **_: Any) -> str:
        return self._stand(version, ModelVersion.Standing.OFFERED)

    def do_withdraw(self, *, version: str, **_: Any) -> str:
        return self._stand(version, ModelVersion.Standing.INTERNAL)

    def do_archive(self, *, version: str, **_: Any) -> str:
        return self._stand(version, ModelVersion.Standing.ARCHIVED)

    def _stand(self, spec: str, standing: str) -> str:
        version = _newest(spec)
        offers.set_standing(version, standing)
        return f"{version}: {version.get_standing_display()}."


def _undecided() -> Promotion:
    found = promotion.undecided()
    if found is None:
        raise CommandError("No version is on its way into service.")
    return found


def _newest(spec: str) -> ModelVersion:
    """The version named, or the newest of a name. Raises LookupError."""
    registry.add_shipped()
    found = None if "@" in spec else ModelVersion.objects.filter(name=spec).first()
    return found or registry.resolve(spec)


def _line(line: dict[str, Any]) -> str:
    """A figure for people."""
    verdict = "met" if line["passed"] else "WORSE"
    return (
        f"{line['data_set']:<20} {line['metric']:<24} {line['ours']:>10.5g} "
        f"against {line['theirs']:>10.5g}, allowed {line['worst']:>10.5g}: {verdict}"
    )
