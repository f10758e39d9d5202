"""What scheduling brings into the client list: the parameter ``due`` and the look of the hypothetical date."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clients import cells
from clients.parameters import Parameter, register

WITHIN = {"week": timedelta(days=7), "month": timedelta(days=30)}


def is_due(value: str, today: date) -> Q:
    """Overdue with nothing planned, due within some days, or in a cadence without a first meeting (REL-52)."""
    open_date = Q(plan__next_meeting_at__isnull=True)
    if value == "overdue":
        return open_date & Q(plan__due_on__lt=today)
    if value == "never_met":
        return Q(plan__yearly_meetings__isnull=False, plan__last_meeting_at__isnull=True)
    return open_date & Q(plan__due_on__lte=today + WITHIN[value])


DUE = Parameter(
    name="due",
    label=_("Next meeting to plan"),
    condition=is_due,
    options=(
        ("overdue", _("Overdue")),
        ("week", _("Within 7 days, and overdue")),
        ("month", _("Within 30 days, and overdue")),
        ("never_met", _("Never met")),
    ),
)

register([DUE])
cells.present("plan.due_on", "scheduling/cells/_due.html")
