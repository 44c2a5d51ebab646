"""Durations for people."""

from django import template
from django.template.defaultfilters import floatformat

register = template.Library()


@register.filter
def seconds(milliseconds: int) -> str:
    """Milliseconds as seconds in the language's own notation; two decimals below one second."""
    return floatformat(milliseconds / 1000, 1 if milliseconds >= 1000 else 2)
