"""``manage.py train``: trains a network on photos; see ``ml.resnet_gray.training.train``."""

from argparse import ArgumentParser, Namespace
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ml.resnet_gray.training import train


class Command(BaseCommand):
    help = "Trains a network to color photos. --resume goes on with a stopped run."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        train.add_arguments(parser)

    def handle(self, *_: Any, **options: Any) -> str:
        try:
            return str(train.train(Namespace(**options)))
        except train.Stopped as end:
            raise CommandError(str(end), returncode=end.status) from end
        except train.Errors as error:
            raise CommandError(str(error)) from error
