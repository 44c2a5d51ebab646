#!/usr/bin/env python
"""Django's command line."""

import os
import sys
from importlib.util import find_spec

NEED_PYTORCH = ("train", "evaluate", "export")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "colorweb.settings")
    if len(sys.argv) > 1 and sys.argv[1] in NEED_PYTORCH and not find_spec("torch"):
        from colorweb import pytorch

        pytorch.become(sys.argv)
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
