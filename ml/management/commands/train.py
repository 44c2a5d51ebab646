"""``manage.py train``: trains a network on photos; see ``ml.resnet_gray.train``."""

from argparse import ArgumentParser, Namespace
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from safetensors import SafetensorError

from ml.resnet_gray import train
from ml.resnet_gray.data import DataError


class Command(BaseCommand):
    help = "Trains a network to colour photos. A run that was stopped is taken up by --resume."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        train.add_arguments(parser)

    def handle(self, *_: Any, **options: Any) -> str:
        try:
            return str(train.train(Namespace(**options)))
        except (DataError, OSError, SafetensorError) as error:
            raise CommandError(str(error)) from error
