from django.apps import AppConfig


class HealthConfig(AppConfig):
    name = "colorweb.health"
    label = "health"

    def ready(self) -> None:
        """Registers what every part of the site counts, and lets errors and spans be reported."""
        from colorweb import celery, error_reports, tracing  # noqa: F401 - tasks find the app
        from colorweb.health import counted, metrics

        metrics.register(*metrics.GAUGES, *counted.ALL)
        error_reports.start()
        tracing.start()
