from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "colorweb.accounts"
    label = "accounts"

    def ready(self) -> None:
        from colorweb.accounts import signals  # noqa: F401, PLC0415 - connects itself
