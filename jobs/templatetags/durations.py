"""Durations and moments for people."""

from datetime import datetime

from django import template
from django.template.defaultfilters import floatformat
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def seconds(milliseconds: int) -> str:
    """Milliseconds as seconds in the language's own notation; two decimals below one second."""
    return floatformat(milliseconds / 1000, 1 if milliseconds >= 1000 else 2)


@register.filter
def lasting(seconds: float | None) -> str:
    """Seconds as people read them: 0.42 s, 12 s, 4 min, 3 h, 2 d; a dash where there are none."""
    if seconds is None:
        return "–"
    if seconds < 10:
        return _("%s s") % floatformat(seconds, 2)
    for limit, size, unit in (
        (100, 1, _("%s s")),
        (6000, 60, _("%s min")),
        (172800, 3600, _("%s h")),
    ):
        if seconds < limit:
            return unit % round(seconds / size)
    return _("%s d") % round(seconds / 86400)


@register.filter
def moment(at: datetime) -> str:
    """A moment in the visitor's zone as far as it is known, with the zone's name; scripts write it
    anew in the browser's.
    """
    here = timezone.localtime(at)
    words = date_format(here, "DATETIME_FORMAT")
    return format_html('<time datetime="{}">{} {}</time>', at.isoformat(), words, here.tzname())
