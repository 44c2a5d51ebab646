"""The forms of what is done with versions."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from ml.models import DataSet, ModelVersion
from ml.models.versions import STANDINGS


class Reason(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=2000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("Kept in the record."),
    )


class PromotionReason(Reason):
    def __init__(self, *values: Any, **options: Any) -> None:
        super().__init__(*values, **options)
        self.fields["reason"].help_text = _(
            "Kept in the record. Required unless the comparison is in its favor."
        )


READY = DataSet.objects.filter(state=DataSet.State.READY)


class Photos(forms.Form):
    data_set = forms.ModelChoiceField(
        READY,
        label=_("Photos"),
        required=False,
        empty_label=_("the sets that decide: held out from its training, and the reference set"),
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


class Standing(forms.Form):
    standing = forms.ChoiceField(
        label=_("Standing"),
        choices=ModelVersion.Standing.choices,
        widget=UnfoldAdminSelectWidget,
        help_text=STANDINGS,
    )


class Import(forms.Form):
    file = forms.FileField(label=_("Safetensors file"), widget=UnfoldAdminFileFieldWidget)
    name = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=60,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("The name people request; empty: the name on its card."),
    )
    note = forms.CharField(
        label=_("Note"), required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )
