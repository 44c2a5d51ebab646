"""``manage.py export``: writes a model as ONNX; see ``ml.resnet_gray.network.export``."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ml.resnet_gray.network.cards import CardError, HintsUnsupported
from ml.versions import catalog


class Command(BaseCommand):
    help = "Writes a model as ONNX, to be run where there is no PyTorch."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        add(
            "--model", default="", help="a model's name, or a .safetensors file [the default model]"
        )
        add("--hints", action="store_true", help="two files: encoder, and decoder with hints")
        add("-o", "--output", type=Path, metavar="FILE", help="[the model's name with .onnx]")

    def handle(self, *_: Any, model: str, hints: bool, output: Path | None, **__: Any) -> str:
        from ml.resnet_gray.network import export  # noqa: PLC0415 (torch)

        try:
            path = Path(model) if model.endswith(".safetensors") else catalog.find(model)
            target = output or Path(f"{path.stem}.onnx")
            if hints:
                return "\n".join(map(str, export.export_parts(path, target)))
            export.export(path, target)
        except (export.ExportError, HintsUnsupported, CardError, LookupError, OSError) as error:
            raise CommandError(str(error)) from error
        return str(target)
