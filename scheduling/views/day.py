"""The day, for the phone."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from scheduling.day import day_of
from scheduling.forms.day import DayForm
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires

ONE_DAY = timedelta(days=1)


@requires(Permission.VIEW_APPOINTMENTS)
def day(request: FirmRequest) -> HttpResponse:
    """Today's meetings, or those of ``?day=``: address, telephone, what changed, the outcome, who is due nearby."""
    form = DayForm(request.GET or None)
    today = local_today(request.firm)
    on: date = (form.cleaned_data["day"] if form.is_valid() else None) or today
    context = {
        "on": on,
        "is_today": on == today,
        "yesterday": on - ONE_DAY,
        "tomorrow": on + ONE_DAY,
        "meetings": day_of(request.membership, on, at=timezone.now()),
        "may_enter": request.membership.can(Permission.ENTER_APPOINTMENTS),
        "now": timezone.now(),
    }
    return render(request, "scheduling/day.html", context)
