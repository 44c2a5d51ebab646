"""Small pictures of photos, for the console's lists."""

from django.utils.html import format_html
from django.utils.safestring import SafeString

from jobs.models import Photo
from jobs.serializers.addresses import FileField

SIDE = 120  # pixels, of the longer side


def thumbnail(photo: Photo) -> SafeString | str:
    """A photo's version as it is shown, if it has one."""
    job = photo.version
    if job is None or photo.trashed_at:  # nobody sees what lies in the trash
        return "–"
    job.photo = photo
    width, height = job.shown_size
    scale = SIDE / max(width, height)
    return format_html(
        '<img src="{}" width="{}" height="{}" alt="{}" loading="lazy">',
        FileField("card", "", in_look=True).path(job),
        max(1, round(width * scale)),
        max(1, round(height * scale)),
        photo.alt or photo.title,
    )
