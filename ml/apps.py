from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MlConfig(AppConfig):
    name = "ml"
    verbose_name = _("Networks")

    def ready(self) -> None:
        from colorweb.errors import register  # noqa: PLC0415 - apps are loaded only now
        from ml.errors import CODES  # noqa: PLC0415

        register(CODES)
