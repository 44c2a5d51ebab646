"""Fields of forms."""

from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


class Select(forms.Select):
    """Django's, written without a template for each of its options: pages have many of them."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = self.format_value(value)
        options = (
            (key, " selected" if str(key) in chosen else "", label) for key, label in self.choices
        )
        return format_html(
            "<select{}>{}</select>",
            flatatt(self.build_attrs({**self.attrs, "class": "field", "name": name}, attrs)),
            format_html_join("", '<option value="{}"{}>{}</option>', options),
        )
