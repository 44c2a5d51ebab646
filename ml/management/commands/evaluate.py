"""``manage.py evaluate``: see ``ml.resnet_gray.evaluation.evaluate``."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ml.resnet_gray.data.data import DataError
from ml.resnet_gray.evaluation import evaluate
from ml.resnet_gray.network.cards import CardError, HintsUnsupported
from ml.versions import catalog


class Command(BaseCommand):
    help = "Measures a model on photos whose colors are known, and two that know nothing."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        evaluate.add_arguments(parser)
        parser.add_argument(
            "--model", default="", help="a model's name, or a .safetensors file [the default model]"
        )

    def handle(self, *_: Any, model: str, **options: Any) -> str:
        try:
            path = Path(model) if model.endswith(".safetensors") else catalog.find(model)
            return evaluate.run(path, Namespace(**options))
        except (DataError, CardError, HintsUnsupported, LookupError, OSError) as error:
            raise CommandError(str(error)) from error
