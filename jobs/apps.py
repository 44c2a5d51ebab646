from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "jobs"

    def ready(self) -> None:
        # Each connects itself: to deletions and logins, and to the API's document.
        from jobs import signals  # noqa: F401, PLC0415
        from jobs.api import schema  # noqa: F401, PLC0415
