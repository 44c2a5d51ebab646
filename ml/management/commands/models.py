"""``manage.py models``: the registry of versions, without a browser."""

import json
import shutil
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from colorweb.errors import DomainError
from ml.models import DataSet, Evaluation, ModelVersion
from ml.versions import evaluations, gate, imports, promotion, registry


class Command(BaseCommand):
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
        promoted = actions.add_parser("promote", help="put a version in service")
        promoted.add_argument("version", help="NAME or NAME@VERSION")
        promoted.add_argument("--reason", default="", help="needed unless the comparison is passed")
        back = actions.add_parser("rollback", help="go back to the version before")
        back.add_argument("--reason", default="")

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
        evaluations.work()
        evaluation.refresh_from_db()
        if evaluation.state != Evaluation.State.READY:
            raise CommandError(evaluation.error_message or "Another worker is measuring it.")
        lines = gate.lines(evaluation)
        if options["json"]:
            return json.dumps({**gate.figures(evaluation), "parts": evaluation.parts})
        return "\n".join(_line(asdict(line)) for line in lines)

    def do_promote(self, *, version: str, reason: str, **_: Any) -> str:
        return f"In service: {promotion.promote(_newest(version), reason=reason).version}."

    def do_rollback(self, *, reason: str, **_: Any) -> str:
        return f"In service again: {promotion.roll_back(reason=reason).version}."


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
