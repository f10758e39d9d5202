"""Forms of working hours and closures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduling.forms.reach import within_reach
from scheduling.hours import LONGEST_MEETING, MINUTES_A_DAY, SHORTEST_MEETING, Span, is_ordered, minutes_of, time_of
from scheduling.services import WeekDetails
from tenants.models import Membership
from web.widgets import DayInput, TimeInput

WEEKDAYS = range(7)
# A morning and an afternoon: each with its two ends.
ENDS = ("am_from", "am_to", "pm_from", "pm_to")
# 5 January 2026 is a Monday.
_MONDAY = 5


class WorkingWeekForm(forms.Form):
    """Two spans a day, either of which may be empty; then the length of a meeting and the most a day."""

    meeting_minutes = forms.IntegerField(
        label=gettext_lazy("Minutes for a meeting"),
        required=False,
        min_value=SHORTEST_MEETING,
        max_value=LONGEST_MEETING,
        help_text=gettext_lazy("With the way there and back. Empty: as long as the usual meeting of the firm."),
    )
    most_a_day = forms.IntegerField(
        label=gettext_lazy("Meetings a day at most"),
        required=False,
        min_value=1,
        max_value=50,
        help_text=gettext_lazy("Empty: as many as fit."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for weekday in WEEKDAYS:
            for end in ENDS:
                label = f"{weekday_name(weekday)}: {_END_LABELS[end]}"
                self.fields[f"{end}_{weekday}"] = forms.TimeField(
                    label=label, required=False, widget=TimeInput({"aria-label": label})
                )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for weekday in WEEKDAYS:
            try:
                self._spans(weekday, data)
            except ValidationError as refusal:
                self.add_error(f"am_from_{weekday}", refusal)
        return data

    def details(self) -> WeekDetails:
        said = self.cleaned_data
        hours = {weekday: self._spans(weekday, said) for weekday in WEEKDAYS}
        return WeekDetails(hours, said["meeting_minutes"], said["most_a_day"])

    def rows(self) -> list[dict[str, Any]]:
        """For the page: a weekday with its four fields."""
        return [
            {"name": weekday_name(weekday), "fields": [self[f"{end}_{weekday}"] for end in ENDS]}
            for weekday in WEEKDAYS
        ]

    def _spans(self, weekday: int, data: Mapping[str, Any]) -> list[Span]:
        ends: list[time | None] = [data.get(f"{end}_{weekday}") for end in ENDS]
        pairs = [pair for pair in (ends[:2], ends[2:]) if any(pair)]
        if any(None in pair for pair in pairs):
            raise ValidationError(_("Give both ends, or neither."), code="half")
        spans = [(minutes_of(one), minutes_of(other)) for one, other in pairs if one is not None and other is not None]
        if not is_ordered(spans):
            raise ValidationError(_("Each span must end after it starts, one after the other."), code="spans")
        return spans


_END_LABELS = {
    "am_from": gettext_lazy("morning from"),
    "am_to": gettext_lazy("morning until"),
    "pm_from": gettext_lazy("afternoon from"),
    "pm_to": gettext_lazy("afternoon until"),
}


def weekday_name(weekday: int) -> str:
    return date_format(date(2026, 1, _MONDAY + weekday), "l")


def initial_hours(spans: Mapping[int, Sequence[Span]]) -> dict[str, Any]:
    """The form's values: a single span is the morning's; midnight, as REST may say it, is its last minute."""
    values: dict[str, Any] = {}
    for weekday, own in spans.items():
        flat = [min(minute, MINUTES_A_DAY - 1) for span in own[:2] for minute in span]
        values |= {f"{end}_{weekday}": time_of(minute) for end, minute in zip(ENDS, flat, strict=False)}
    return values


class ClosureForm(forms.Form):
    """Days on which the firm is closed, or one person is away."""

    starts_on = forms.DateField(label=gettext_lazy("From"), widget=DayInput, validators=[within_reach])
    ends_on = forms.DateField(
        label=gettext_lazy("Until"),
        widget=DayInput,
        required=False,
        help_text=gettext_lazy("Empty: one day."),
        validators=[within_reach],
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=100)
    member = forms.ModelChoiceField(
        Membership.objects.none(),
        label=gettext_lazy("Who is away"),
        required=False,
        empty_label=gettext_lazy("The firm"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        member: Any = self.fields["member"]
        member.queryset = Membership.objects.filter(is_active=True).order_by("name", "pk")
