"""Which day to look at."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from scheduling.forms.reach import within_reach
from web.widgets import DayInput


class DayForm(forms.Form):
    day = forms.DateField(label=gettext_lazy("Day"), widget=DayInput, required=False, validators=[within_reach])
