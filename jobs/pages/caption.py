"""What an owner writes about a photo: the form, and what it changes."""

import re

from django import forms
from django.utils.translation import gettext_lazy

from jobs.models import Photo
from jobs.photos.visibility import readable
from jobs.results.words import MAX_PEOPLE, TAKEN


class CaptionForm(forms.Form):
    """Beside title and alternative text, which have fields of their own in the template."""

    caption = forms.CharField(
        label=gettext_lazy("Caption"),
        required=False,
        max_length=4000,
        widget=forms.Textarea({"class": "field", "rows": 2}),
    )
    taken = forms.RegexField(
        rf"^{TAKEN.pattern}\Z",
        label=gettext_lazy("Taken (1931, 1931-05 or 1931-05-12)"),
        required=False,
        widget=forms.TextInput({"class": "field", "autocomplete": "off", "maxlength": "10"}),
    )
    people = forms.CharField(
        label=gettext_lazy("Who is in it (names with commas between them)"),
        required=False,
        max_length=MAX_PEOPLE * 100,
        widget=forms.TextInput({"class": "field", "autocomplete": "off"}),
    )

    @classmethod
    def of(cls, photo: Photo) -> "CaptionForm":
        """The form as it was written last."""
        words = {"caption": photo.caption, "taken": photo.taken}
        return cls(
            initial={**words, "people": ", ".join(photo.people)},
            auto_id="caption-%s",
            label_suffix="",
        )

    def clean_people(self) -> list[str]:
        """The names, each once."""
        names = map(readable, re.split(r"[,;\n]", self.cleaned_data["people"]))
        return [name[:100] for name in dict.fromkeys(names) if name][:MAX_PEOPLE]
