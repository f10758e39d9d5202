"""Everything that a recording may touch, row by row, so that an undo can be compared with the state before."""

from typing import Any

from django.db.models import Sum

from clients.models import Client
from outcomes.models import Activity, Fulfilment, PointsEntry
from scheduling.models import Appointment, ClientPlan, Reminder

# What tells that a row was written, not what it says.
TRACES = {"version", "updated_at", "ended_at", "id"}


def rows(model: Any, **only: Any) -> list[dict[str, Any]]:
    columns = [field.attname for field in model._meta.concrete_fields if field.attname not in TRACES]
    return sorted(model.objects.filter(**only).values(*columns), key=str)


def state(*, appointments: list[int]) -> dict[str, Any]:
    """``appointments``: those that were there before; what was cancelled since has left no other trace."""
    return {
        "clients": rows(Client),
        "appointments": rows(Appointment, pk__in=appointments),
        "others still to do": Appointment.objects.exclude(pk__in=appointments).exclude(state="cancelled").count(),
        "activities": rows(Activity),
        "plans": rows(ClientPlan),
        "reminders": rows(Reminder, state__in=["open", "snoozed"]),
        "points": PointsEntry.objects.aggregate(total=Sum("points"))["total"] or 0,
        "in force": Fulfilment.objects.filter(undone_at__isnull=True).count(),
    }
