"""Forms of tasks and calls: a day, and an hour only where it matters."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clients.models import Client
from scheduling.enums import TaskKind, TaskState
from scheduling.forms.reach import within_reach
from scheduling.models import Task
from scheduling.services import TaskDetails
from tenants.models import Membership
from web.widgets import DayInput, TimeInput


class TaskForm(forms.Form):
    """For both kinds, new and changed; ``is_done`` is offered while it is new (STY-35)."""

    subject = forms.CharField(label=_("Subject"), max_length=200)
    assignee = forms.ModelChoiceField(Membership.objects.none(), label=_("Who"), empty_label=None)
    day = forms.DateField(label=_("Day"), widget=DayInput, validators=[within_reach])
    clock = forms.TimeField(label=_("Hour"), widget=TimeInput, required=False)
    notes = forms.CharField(
        label=_("Notes"), max_length=100_000, widget=forms.Textarea(attrs={"rows": 6}), required=False
    )
    is_done = forms.BooleanField(label=_("It has already been done"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, members: QuerySet[Membership], is_new: bool, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"].queryset = members  # type: ignore[attr-defined]
        if kind == TaskKind.CALL:
            self.fields["is_done"].label = _("The call has already taken place")
            self.fields["notes"].label = _("What was said, or is to be said")
        if not is_new:
            del self.fields["is_done"]

    def details(self) -> TaskDetails:
        data = self.cleaned_data
        clock: time | None = data["clock"]
        at = datetime.combine(data["day"], clock or time(), tzinfo=timezone.get_current_timezone())
        return TaskDetails(
            subject=data["subject"], notes=data["notes"], at=at, whole_day=clock is None, assignee=data["assignee"]
        )


class TaskPrefillForm(forms.Form):
    """What the page of a client or the Calendar already knows of a new one; all of it optional."""

    kind = forms.ChoiceField(choices=TaskKind.choices, required=False)
    client = forms.ModelChoiceField(Client.objects.none(), required=False)
    day = forms.DateField(required=False, validators=[within_reach])
    q = forms.CharField(required=False, max_length=100)

    def __init__(self, *args: Any, clients: QuerySet[Client], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["client"].queryset = clients  # type: ignore[attr-defined]

    def known(self) -> dict[str, Any]:
        """What was understood; an unreadable hint is left out, not an error."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class TaskFilterForm(forms.Form):
    """Whose things to do; whatever is unreadable is one's own."""

    whose = forms.ModelChoiceField(Membership.objects.none(), required=False, label=_("Whose"))

    def __init__(self, *args: Any, members: QuerySet[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["whose"].queryset = members  # type: ignore[attr-defined]

    def chosen(self) -> Membership | None:
        self.is_valid()
        found: Membership | None = self.cleaned_data.get("whose")
        return found


def initial_of(task: Task) -> dict[str, Any]:
    at = timezone.localtime(task.at)
    return {
        "subject": task.subject,
        "assignee": task.assignee_id,
        "day": at.date(),
        "clock": None if task.whole_day else at.time().replace(second=0, microsecond=0),
        "notes": task.notes,
        "is_done": task.state == TaskState.DONE,
        "version": task.version,
    }
