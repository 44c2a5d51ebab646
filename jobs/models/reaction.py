"""Visitors' reactions to public photos: likes and reports."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jobs.models.photo import Photo, Reason


class Like(models.Model):
    """One visitor's like of one photo; `jobs.sharing.likes` counts `Photo.likes`."""

    photo = models.ForeignKey(Photo, models.CASCADE, related_name="+")
    visitor = models.CharField(max_length=64, help_text="The visitor's key.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["visitor", "photo"], name="like_once")
        ]

    def __str__(self) -> str:
        return f"{self.visitor} likes {self.photo_id}"


class Report(models.Model):
    """A visitor's report to the staff that a public photo should not be there."""

    photo = models.ForeignKey(Photo, models.CASCADE, related_name="reports")
    visitor = models.CharField(max_length=64, help_text="The visitor's key.")
    reason = models.CharField(max_length=10, choices=Reason.choices)
    text = models.TextField(blank=True, max_length=1000)
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True, help_text="Looked into.")

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["visitor", "photo"], name="report_once")
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["-created_at"], name="report_open", condition=Q(closed_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.photo}: {self.get_reason_display()}"


class PublicPhoto(Photo):
    """A published photo, as the staff look after it."""

    class Meta:
        proxy = True
        verbose_name = _("public photo")
        verbose_name_plural = _("public photos")
