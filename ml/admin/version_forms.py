"""What is asked before something is done with versions."""

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from ml.models import DataSet


class Reason(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=2000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("Kept with the record. Needed where the comparison does not speak for it."),
    )


READY = DataSet.objects.filter(state=DataSet.State.READY)


class Photos(forms.Form):
    data_set = forms.ModelChoiceField(
        READY,
        label=_("Photos"),
        required=False,
        empty_label=_("those that decide: kept apart by its training, and the reference set"),
        widget=UnfoldAdminSelectWidget,
    )


class Reference(forms.Form):
    data_set = forms.ModelChoiceField(
        READY,
        label=_("Photos"),
        required=False,
        empty_label=_("none"),
        widget=UnfoldAdminSelectWidget,
    )


class Import(forms.Form):
    file = forms.FileField(label=_("Safetensors file"), widget=UnfoldAdminFileFieldWidget)
    name = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=60,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("What people ask for; empty: the one on its card."),
    )
    note = forms.CharField(
        label=_("Note"), required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )
