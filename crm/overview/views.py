"""The general overview (Panoramica): what is to be done today, and how the cadence is kept (REL-40)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.overview import figures
from crm.overview.beginning import first_steps
from scheduling import queries
from tenants.binding import local_today
from tenants.models import Membership
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web import formatting

REMINDERS = 10
UPCOMING_DAYS = 7
ROWS = 6
TO_DO = 8
UNRECORDED = 3
MINE = "mine"


@requires(Permission.VIEW_CLIENTS)
def overview(request: FirmRequest) -> HttpResponse:
    """One's own things to do, then reminders, today, and how things stand."""
    now, today = timezone.now(), local_today(request.firm)
    member, only = request.membership, _only(request)
    cadence = figures.cadence(member, on=today, advisor=only)
    months = figures.meetings_by_month(member, request.firm, yearly_target=cadence.yearly_target, at=now, advisor=only)
    context = {
        "today": today,
        "only": only,
        "steps": first_steps(request.firm),
        "cadence": cadence,
        "has_cadence": bool(cadence.groups) or figures.has_cadence(),
        "may_enter": member.can(Permission.ENTER_APPOINTMENTS),
        "may_handle": member.can(Permission.HANDLE_REMINDERS),
        "sees_all": member.can(Permission.VIEW_ALL_CLIENTS),
        **_reminders(member, today, only),
        **_to_do(member, today),
        **_appointments(member, today, now, only),
        **_chart(months),
    }
    return render(request, "overview/overview.html", context)


def _only(request: FirmRequest) -> Membership | None:
    """Whoever sees everybody's clients may look at his own alone (REL-51)."""
    is_asked = request.GET.get("whose") == MINE and request.membership.can(Permission.VIEW_ALL_CLIENTS)
    return request.membership if is_asked else None


def _reminders(member: Membership, today: date, only: Membership | None) -> dict[str, Any]:
    return {
        "reminders": queries.showing_reminders(member, on=today, advisor=only)[:REMINDERS],
        "reminder_counts": queries.reminder_counts(member, on=today, advisor=only),
        "never_met": queries.never_met_plans(member, advisor=only)[:ROWS],
    }


def _to_do(member: Membership, today: date) -> dict[str, Any]:
    """The member's own tasks and calls: overdue, today's, then what comes next (STY-36, STY-41)."""
    midnight, tomorrow, end = (_midnight(today + timedelta(days=days)) for days in (0, 1, UPCOMING_DAYS + 1))
    own = queries.open_tasks(member, whose=member).filter(at__lt=end)
    return {
        "to_do": queries.with_stage(own, start=midnight, end=tomorrow)[:TO_DO],
        "to_do_counts": queries.task_counts(member, start=midnight, end=tomorrow),
        "may_change": member.can(Permission.EDIT_CLIENTS),
    }


def _appointments(member: Membership, today: date, now: datetime, only: Membership | None) -> dict[str, Any]:
    """Today's, those of the coming days, and the past ones of which nobody has said how they went."""
    midnight, tomorrow, end = (_midnight(today + timedelta(days=days)) for days in (0, 1, UPCOMING_DAYS + 1))
    assignee = None if only is None else only.pk
    upcoming = queries.appointments_between(member, tomorrow, end, assignee=assignee)
    unrecorded = queries.outcome_missing(queries.visible_appointments(member), at=now)
    if only is not None:
        unrecorded = unrecorded.filter(assignee=only)
    return {
        "today_appointments": list(queries.appointments_between(member, midnight, tomorrow, assignee=assignee)),
        "upcoming": upcoming[:ROWS],
        "upcoming_count": upcoming.count(),
        "unrecorded": unrecorded.count(),
        # The latest first: what one still remembers. Recorded from here in two clicks; today's are told above.
        "unrecorded_latest": unrecorded.filter(starts_at__lt=midnight).order_by("-starts_at", "-id")[:UNRECORDED],
    }


def _chart(months: list[figures.Month]) -> dict[str, Any]:
    series = [
        {"name": _("Held"), "type": "bar", "data": [month.held for month in months]},
        {"name": _("Target"), "type": "line", "data": [round(month.target, 1) for month in months]},
    ]
    labels = [formatting.month_short(month.first) for month in months]
    return {"months": months, "chart": {"labels": labels, "series": series}}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=timezone.get_current_timezone())
