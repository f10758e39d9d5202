"""The numbers of the general overview. Each is one statement over narrow rows, however many clients there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.db.models import Count, DateTimeField, F, Func, IntegerField, Q, QuerySet, Sum, Value

from groups.models import Group
from scheduling import queries
from scheduling.models import Appointment, ClientPlan
from tenants.models import Firm, Membership

MONTHS = 12


@dataclass(frozen=True, slots=True)
class GroupCadence:
    """How many of the clients whose cadence a group decides have been met in time, or will be."""

    name: str
    yearly_meetings: int | None
    clients: int
    kept: int


@dataclass(frozen=True, slots=True)
class Cadence:
    """The whole of it, and group by group."""

    clients: int
    overdue: int
    never_met: int
    yearly_target: int
    groups: list[GroupCadence]


@dataclass(frozen=True, slots=True)
class Month:
    """Meetings held against the number that today's cadences ask for in a month."""

    first: date
    held: int
    target: float


def cadence(membership: Membership, *, on: date, advisor: Membership | None = None) -> Cadence:
    """One statement for the plans, one for the groups' names."""
    plans = queries.visible_plans(membership, advisor=advisor)
    rows = _by_group(plans.filter(yearly_meetings__isnull=False), on)
    names = {group.pk: group for group in Group.objects.filter(pk__in=[row["group_id"] for row in rows])}
    return Cadence(
        clients=sum(row["clients"] for row in rows),
        overdue=sum(row["overdue"] for row in rows),
        never_met=sum(row["never_met"] for row in rows),
        yearly_target=sum(row["target"] for row in rows),
        groups=_groups(rows, names),
    )


def has_cadence() -> bool:
    """Whether the firm has given any group a number of meetings."""
    return bool(Group.objects.filter(active=True, yearly_meetings__isnull=False).exists())


def _by_group(plans: QuerySet[ClientPlan], on: date) -> list[dict[str, Any]]:
    overdue = Q(due_on__lt=on, next_meeting_at__isnull=True)
    never_met = Q(last_meeting_at__isnull=True)
    rows = (
        plans.select_related(None)
        .order_by()
        .values("group_id")
        .annotate(
            clients=Count("pk"),
            overdue=Count("pk", filter=overdue),
            never_met=Count("pk", filter=never_met),
            target=Sum("yearly_meetings"),
        )
    )
    return [dict(row) for row in rows]


def _groups(rows: list[dict[str, Any]], names: dict[int, Group]) -> list[GroupCadence]:
    found = [
        GroupCadence(
            names[row["group_id"]].name,
            names[row["group_id"]].yearly_meetings,
            row["clients"],
            row["clients"] - row["overdue"] - row["never_met"],
        )
        for row in rows
        if row["group_id"] in names
    ]
    return sorted(found, key=lambda group: (-(group.yearly_meetings or 0), group.name))


def meetings_by_month(
    membership: Membership, firm: Firm, *, yearly_target: int, at: datetime, advisor: Membership | None = None
) -> list[Month]:
    """The last twelve months in the firm's zone, the current one as far as it has come."""
    zone = ZoneInfo(firm.time_zone)
    months = _last_months(at.astimezone(zone).date())
    starts = [datetime.combine(month, time(), tzinfo=zone) for month in months]
    held = _held_by_month(queries.counting_meetings(membership, advisor=advisor), starts, at)
    return [Month(month, held.get(place, 0), yearly_target / MONTHS) for place, month in enumerate(months, 1)]


def _held_by_month(meetings: QuerySet[Appointment], starts: Sequence[datetime], at: datetime) -> dict[int, int]:
    """By the place of the month, from 1. The months' first moments are sought in a list, with no zone for each row."""
    moments = Value(list(starts), output_field=ArrayField(DateTimeField()))
    rows = (
        meetings.filter(starts_at__gte=starts[0], starts_at__lte=at)
        .annotate(month=Func(F("starts_at"), moments, function="width_bucket", output_field=IntegerField()))
        .values_list("month")
        .annotate(held=Count("*"))
    )
    return dict(rows)


def _last_months(today: date) -> list[date]:
    count = today.year * 12 + today.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(count - MONTHS + 1, count + 1)]
