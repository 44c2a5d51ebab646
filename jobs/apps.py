from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

MODELS = {
    "jobs.job": "palette",
    "jobs.photo": "image",
    "jobs.publicphoto": "photo_library",
    "jobs.report": "flag",
}

ROLES = {
    "viewer": ("jobs.view_job", "jobs.view_photo", "jobs.view_publicphoto", "jobs.view_report"),
    "moderator": (
        *("jobs.view_publicphoto", "jobs.change_publicphoto", "jobs.delete_publicphoto"),
        "jobs.view_report",
    ),
}


class JobsConfig(AppConfig):
    name = "jobs"
    verbose_name = _("Photos")

    def ready(self) -> None:
        """Registers what photos and jobs add to the site; models can be imported only now."""
        from colorweb import errors
        from colorweb.accounts import encryption, roles
        from colorweb.console import navigation
        from colorweb.health import metrics
        from colorweb.http import body_limit
        from jobs import signals
        from jobs.errors import CODES
        from jobs.events import outbox
        from jobs.photos import for_training
        from jobs.queue import metrics as of_queue
        from jobs.results import metrics as of_results
        from jobs.webhooks import endpoints
        from jobs.webhooks import metrics as of_webhooks
        from ml import consent
        from ml.training import notices

        errors.register(CODES)
        body_limit.register({"/api/v1/batches/": "REQUEST_MAX_BYTES"})
        metrics.register(*of_queue.FIGURES, *of_results.FIGURES, *of_webhooks.FIGURES)
        navigation.register(navigation.Group(10, _("Photos"), MODELS))
        encryption.register(endpoints.rotate_secrets)
        consent.register(for_training.allowed)
        notices.register(outbox.record_run)
        roles.register(ROLES)
        signals.connect()
