from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    name = "jobs"
    verbose_name = _("Photos")

    def ready(self) -> None:
        from colorweb.errors import register  # noqa: PLC0415 - apps are loaded only now
        from jobs.errors import CODES  # noqa: PLC0415

        register(CODES)
        # Each connects itself: to logins and deletions, training, monitors, and the API's document.
        from colorweb.api import schema  # noqa: F401, PLC0415
        from jobs import signals  # noqa: F401, PLC0415
        from jobs.photos import for_training  # noqa: F401, PLC0415
        from jobs.queue import metrics  # noqa: F401, PLC0415
