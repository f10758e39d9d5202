"""The part ``plan`` of a client in the API: what the cadence gives him, and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import JSONObject
from rest_framework import serializers

from clients.contributed import Part, contribute
from clients.models import Client
from groups.models import Group
from scheduling import nights
from scheduling.explaining import explain
from scheduling.models import CadenceException, ClientPlan
from scheduling.plan_fields import overdue_days

DATES = ("last_meeting_on", "next_meeting_on", "due_on")
EXCEPTION = ("id", "yearly_meetings", "reason", "ends_on")
NUMBERS = ("beyond_cadence_days", "meetings_this_year", "yearly_meetings")


class ExceptionSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    yearly_meetings = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField()
    ends_on = serializers.DateField(allow_null=True)


class PlanSerializer(serializers.Serializer[Any]):
    last_meeting_on = serializers.DateField(allow_null=True)
    next_meeting_on = serializers.DateField(allow_null=True)
    due_on = serializers.DateField(allow_null=True)
    overdue_days = serializers.IntegerField(allow_null=True)
    beyond_cadence_days = serializers.IntegerField(allow_null=True)
    meetings_this_year = serializers.IntegerField()
    yearly_meetings = serializers.IntegerField(allow_null=True)
    group = serializers.IntegerField(allow_null=True, help_text="The group that decides.")
    exception = ExceptionSerializer(allow_null=True)
    explanation = serializers.CharField()


def read(clients: Sequence[Client], today: date) -> dict[int, dict[str, Any]]:
    """The plan of each client, in one statement."""
    exception = CadenceException.objects.filter(pk=OuterRef("plan__exception_id"))
    night = nights.last_night().values(row=JSONObject(day=F("local_date"), finished_at=F("finished_at")))
    rows = Client.objects.filter(pk__in=[client.pk for client in clients]).annotate(
        group_name=Subquery(Group.objects.filter(pk=OuterRef("plan__group_id")).values("name")[:1]),
        own_number=Subquery(exception.values(row=JSONObject(**{name: F(name) for name in EXCEPTION}))[:1]),
        night=Subquery(night[:1]),
    )
    named = [f"plan__{name}" for name in (*DATES, *NUMBERS, "group_id", "exception_id")]
    narrow = rows.select_related("plan").only("firm_id", "state", "aum", *named)
    return {row.pk: _shown(row, _day(row, today)) for row in narrow}


def _day(row: Any, today: date) -> date:
    night = row.night or {"day": None, "finished_at": None}
    day, finished_at = night["day"], night["finished_at"]
    return nights.as_of(
        today,
        night=date.fromisoformat(day) if day else None,
        finished_at=datetime.fromisoformat(finished_at) if finished_at else None,
    )


def _shown(row: Any, day: date) -> dict[str, Any]:
    plan: ClientPlan | None = getattr(row, "plan", None)
    values: dict[str, Any] = {name: _written(getattr(plan, name, None)) for name in DATES}
    values["overdue_days"] = overdue_days(plan, day)
    values |= {name: getattr(plan, name, None) for name in NUMBERS}
    values["meetings_this_year"] = values["meetings_this_year"] or 0
    exception: Any = SimpleNamespace(**row.own_number) if row.own_number else None
    return {
        **values,
        "group": getattr(plan, "group_id", None),
        "exception": row.own_number,
        "explanation": explain(row, plan, group=row.group_name or "", exception=exception),
    }


def _written(day: date | None) -> str | None:
    return day.isoformat() if day else None


contribute(Part(name="plan", serializer=PlanSerializer, read=read))
