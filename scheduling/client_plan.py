"""The part ``plan`` of a client in the API: what the cadence gives him, and why."""

from __future__ import annotations

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


def stored() -> Subquery:
    """The plan of a client with the names of what decides it, and the night that it is of."""
    exception = CadenceException.objects.filter(pk=OuterRef("exception_id"))
    night = nights.last_night().values(row=JSONObject(day=F("local_date"), finished_at=F("finished_at")))
    return Subquery(
        ClientPlan.objects.filter(client=OuterRef("pk")).values(
            row=JSONObject(
                **{name: F(name) for name in (*DATES, *NUMBERS, "group_id")},
                group_name=Subquery(Group.objects.filter(pk=OuterRef("group_id")).values("name")[:1]),
                exception=Subquery(exception.values(row=JSONObject(**{name: F(name) for name in EXCEPTION}))[:1]),
                night=Subquery(night[:1]),
            )
        )
    )


def read(client: Client, found: dict[str, Any] | None, today: date) -> dict[str, Any]:
    row = found or {}
    dates = {name: date.fromisoformat(row[name]) if row.get(name) else None for name in DATES}
    plan = ClientPlan(**dates, **{name: row[name] for name in (*NUMBERS, "group_id")}) if found else None
    exception: Any = SimpleNamespace(**row["exception"]) if row.get("exception") else None
    return {
        **{name: row.get(name) for name in DATES},
        "overdue_days": overdue_days(plan, _day(row, today)),
        **{name: row.get(name) for name in NUMBERS},
        "meetings_this_year": row.get("meetings_this_year") or 0,
        "group": row.get("group_id"),
        "exception": row.get("exception"),
        "explanation": explain(client, plan, group=row.get("group_name") or "", exception=exception),
    }


def _day(row: dict[str, Any], today: date) -> date:
    night = row.get("night") or {"day": None, "finished_at": None}
    day, finished_at = night["day"], night["finished_at"]
    return nights.as_of(
        today,
        night=date.fromisoformat(day) if day else None,
        finished_at=datetime.fromisoformat(finished_at) if finished_at else None,
    )


contribute(Part(name="plan", serializer=PlanSerializer, stored=stored, read=read))
