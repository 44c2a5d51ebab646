"""Logins, and the records of the devices they came from."""

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from colorweb import clock


def sweep() -> None:
    """Delete expired logins with their records."""
    Session.objects.filter(expire_date__lt=clock.before(timedelta())).delete()
    living = Session.objects.values("session_key")
    UserSession.objects.exclude(session_key__in=living).delete()
