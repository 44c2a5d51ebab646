"""What the scheduler runs for accounts."""

from allauth.usersessions.models import UserSession
from celery import shared_task
from django.contrib.sessions.models import Session
from django.utils import timezone


@shared_task(ignore_result=True)
def delete_sessions() -> None:
    """Delete expired logins, with the records of the devices they came from."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    living = Session.objects.values("session_key")
    UserSession.objects.exclude(session_key__in=living).delete()
