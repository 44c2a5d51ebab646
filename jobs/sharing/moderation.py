"""Visitors' reports of public photos, and what staff decide.

A hidden photo is gone from the gallery and for everybody but its owner, who sees the reason.
Only staff can show it again, whatever its owner does with it.
"""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from colorweb.accounts.visitors import Visitor
from colorweb.audit.records import record
from jobs.models import Photo, Reason, Report
from jobs.photos import deletion, visibility


def report(visitor: Visitor, photo: Photo, reason: str, text: str = "") -> None:
    """Report a photo to the staff; a visitor's second report replaces the first.

    What the staff have looked into stays looked into.
    """
    values = {"reason": Reason(reason), "text": visibility.readable(text)[:1000]}
    Report.objects.update_or_create(visitor=visitor.key, photo=photo, defaults=values)


def waiting() -> int:
    """How many photos have reports that nobody has looked into."""
    return Report.objects.filter(closed_at=None).values("photo").distinct().count()


def hide(photos: Iterable[Photo]) -> None:
    """Hide photos, each for the reason that was reported last, and close its reports."""
    with transaction.atomic():
        for photo in photos:
            last = photo.reports.order_by("-created_at").first()
            reason = last.reason if last else Reason.OTHER
            Photo.objects.filter(pk=photo.pk).update(hidden_for=reason)
            _record("photo hidden", photo, now=reason)
            dismiss(photo.reports.all())


def show(photos: Iterable[Photo]) -> None:
    """Show hidden photos again to whom their owners show them."""
    with transaction.atomic():
        found = list(Photo.objects.filter(pk__in=[photo.pk for photo in photos]))
        Photo.objects.filter(pk__in=[photo.pk for photo in found]).update(hidden_for="")
        for photo in found:
            _record("photo shown again", photo, was=photo.hidden_for)


def remove(photos: Iterable[Photo]) -> None:
    """Delete photos for good, with everything made from them."""
    for photo in Photo.objects.filter(pk__in=[photo.pk for photo in photos]):
        with transaction.atomic():
            _record("photo deleted", photo)
            deletion.delete(photo)


def _record(what: str, photo: Photo, *, was: str = "", now: str = "") -> None:
    """By its id alone: what people call their photos stays with the photos."""
    before = {"reason": was} if was else {}
    after = {"photo": str(photo.pk), **({"reason": now} if now else {})}
    record(what, before=before, after=after)


def dismiss(reports: Iterable[Report]) -> None:
    """Close reports that were looked into."""
    ids = [report.pk for report in reports]
    if Report.objects.filter(pk__in=ids, closed_at=None).update(closed_at=timezone.now()):
        record("reports closed", after={"reports": ids})


def delete_reports(visitor: Visitor) -> None:
    """Delete what the visitor has reported."""
    Report.objects.filter(visitor=visitor.key).delete()
