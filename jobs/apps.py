from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "jobs"

    def ready(self) -> None:
        from jobs import signals  # noqa: F401, PLC0415 - connects itself
        from jobs.api import schema  # noqa: F401, PLC0415 - registers with drf-spectacular
