"""What the scheduler runs for accounts."""

from celery import shared_task

from colorweb import clock
from colorweb.accounts import mail, sessions


@shared_task(ignore_result=True)
@clock.sweep
def delete_sessions() -> None:
    """Delete expired logins, with the records of the devices they came from."""
    sessions.sweep()


@shared_task(ignore_result=True)
@clock.sweep
def sweep_mail() -> None:
    """Delete mail that no server took for days."""
    mail.sweep()


@shared_task(ignore_result=True)
def send_mail() -> None:
    """Send the mail that is due."""
    mail.send_due()
