"""What staff fill in to add a data set or to start a training run."""

import uuid
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from colorweb.errors import DomainError
from ml.datasets import manage
from ml.models import DataSet, TrainingRun
from ml.training import validation
from ml.training.options import BOUNDS, PRECISIONS, PRESETS, SERVED, Options
from ml.versions import registry

ONE_BUTTON = {"show_save_and_add_another": False, "show_save_and_continue": False}
"""For the context of a form's page: there is one way to send it."""
FIGURES = ("epochs", "batch", "rate", "size", "patience", "limit", "devices", "seed")


class NewDataSet(forms.ModelForm):
    """A data set to be added; checked before it is kept, so that errors stand at their field."""

    file = forms.FileField(
        label=_("archive"),
        required=False,
        widget=UnfoldAdminFileFieldWidget,
        help_text=_("A zip or tar of photos, for an upload."),
    )

    class Meta:
        model = DataSet
        fields = ("name", "kind", "file", "path", "note")
        help_texts = {
            "path": _("A folder, tar or glob on the server, or the root of Places365."),
        }
        widgets = {
            "name": UnfoldAdminTextInputWidget,
            "kind": UnfoldAdminSelectWidget,
            "path": UnfoldAdminTextInputWidget,
            "note": UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _capitalize(self)
        self.fields["kind"].initial = DataSet.Kind.UPLOAD

    def clean(self) -> dict[str, Any]:
        """Refuses what no check could read."""
        data = super().clean() or self.cleaned_data
        kind, file = data.get("kind", ""), data.get("file")
        try:
            if kind:
                manage.verify(kind, data.get("path", ""), file)
        except DomainError as error:
            self.add_error("file" if kind == DataSet.Kind.UPLOAD else "path", error.message)
        return data


def _capitalize(form: forms.BaseForm) -> None:
    """Django does so for a model's own fields only."""
    for field in form.fields.values():
        field.label = capfirst(field.label)


def _bases() -> list[tuple[str, Any]]:
    """What a run can go on from; empty stands for the preset's own choice."""
    choices: list[tuple[str, Any]] = [
        ("", _("from the preset")),
        (SERVED, _("the model in service")),
        ("none", _("none: a new network")),
    ]
    for line in registry.lines():
        choices += [(str(version), str(version)) for version in line.versions]
    return choices


class NewRun(forms.ModelForm):
    """A run to be started. Empty figures are the preset's."""

    id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    preset = forms.ChoiceField(
        label=_("preset"),
        choices=[(name, preset.title) for name, preset in PRESETS.items()],
        widget=UnfoldAdminSelectWidget,
    )
    data_sets = forms.ModelMultipleChoiceField(
        DataSet.objects.filter(state=DataSet.State.READY),
        label=_("data sets"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose a data set to train on.")},
    )
    base = forms.ChoiceField(label=_("base model"), required=False, widget=UnfoldAdminSelectWidget)
    epochs = forms.IntegerField(label=_("epochs"), help_text=_("Times that every photo is seen."))
    batch = forms.IntegerField(label=_("batch"), help_text=_("Photos a step."))
    rate = forms.FloatField(label=_("learning rate"), help_text=_("Its peak."))
    size = forms.IntegerField(label=_("size"), help_text=_("Pixels of the crops."))
    patience = forms.IntegerField(
        label=_("early stop"), help_text=_("Stops after this many checks without improvement.")
    )
    limit = forms.IntegerField(label=_("photos"), help_text=_("Use only this many."))
    precision = forms.ChoiceField(
        label=_("precision"),
        choices=[(name, name) for name in PRECISIONS],
        widget=UnfoldAdminSelectWidget,
    )
    devices = forms.IntegerField(
        label=_("devices"), help_text=_("GPUs; 0: all there are, or the processor.")
    )
    seed = forms.IntegerField(label=_("seed"))

    class Meta:
        model = TrainingRun
        fields = ("name", "preset", "base", "note")
        help_texts = {"name": _("Empty: the preset and the time.")}
        widgets = {
            "name": UnfoldAdminTextInputWidget,
            "note": UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _capitalize(self)
        self.fields["name"].required = False
        self.fields["id"].initial = uuid.uuid4  # two clicks send the same one
        base = self.fields["base"]
        base.choices = _bases()  # type: ignore[attr-defined]
        preset = self.fields["preset"]
        preset.help_text = " ".join(f"{p.title}: {p.about}" for p in PRESETS.values())
        for name in FIGURES:
            field = self.fields[name]
            field.required = False
            whole = isinstance(field, forms.IntegerField) and name != "rate"
            widget = UnfoldAdminIntegerFieldWidget if whole else UnfoldAdminDecimalFieldWidget
            field.widget = widget()
            lowest, highest = BOUNDS[name]
            field.widget.attrs |= {
                "min": int(lowest) if whole else lowest,
                "max": int(highest) if whole else highest,
                "step": 1 if whole else "any",
                "placeholder": _("the preset's") if name not in ("devices", "seed") else 0,
            }
        self.fields["data_sets"].help_text = _(
            "A tenth of each is held out for validation, chosen by the hash of its photos."
        )

    def clean(self) -> dict[str, Any]:
        """Refuses what could not be started."""
        data = super().clean() or self.cleaned_data
        if not self.errors:
            sets = list(data["data_sets"])
            try:
                validation.verify(data["preset"], sets, self.options, self.chosen_base)
            except DomainError as error:
                self.add_error(getattr(error, "name", None), error.message)
        return data

    @property
    def chosen_base(self) -> str | None:
        """The base as `control.start` takes it."""
        chosen = self.cleaned_data.get("base") or None
        return "" if chosen == "none" else chosen

    @property
    def options(self) -> Options:
        """What was chosen about the training itself."""
        values = {name: self.cleaned_data.get(name) for name in (*FIGURES, "precision")}
        return Options.of({name: value for name, value in values.items() if value is not None})
