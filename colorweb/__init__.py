"""The site."""

from colorweb.celery import app as celery_app

__all__ = ["celery_app"]  # so that shared tasks find it in every process
