"""The part ``plan`` of a client in the API: what the cadence gives him, and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
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
    """The plan of each client, in two statements."""
    day = nights.as_of(today)
    exception = CadenceException.objects.filter(pk=OuterRef("exception_id"))
    plans = ClientPlan.objects.filter(client__in=[client.pk for client in clients]).annotate(
        group_name=Subquery(Group.objects.filter(pk=OuterRef("group_id")).values("name")[:1]),
        own_number=Subquery(
            exception.values(
                row=JSONObject(
                    id=F("pk"), yearly_meetings=F("yearly_meetings"), reason=F("reason"), ends_on=F("ends_on")
                )
            )[:1]
        ),
    )
    found = {plan.client_id: plan for plan in plans}
    return {client.pk: _shown(client, found.get(client.pk), day) for client in clients}


def _shown(client: Client, plan: Any, day: date) -> dict[str, Any]:
    own = plan.own_number if plan is not None else None
    values: dict[str, Any] = {name: _written(getattr(plan, name, None)) for name in DATES}
    values["overdue_days"] = overdue_days(plan, day)
    values |= {name: getattr(plan, name, None) for name in NUMBERS}
    values["meetings_this_year"] = values["meetings_this_year"] or 0
    exception: Any = SimpleNamespace(**own) if own else None
    name = (plan.group_name or "") if plan is not None else ""
    return {
        **values,
        "group": getattr(plan, "group_id", None),
        "exception": own,
        "explanation": explain(client, plan, group=name, exception=exception),
    }


def _written(day: date | None) -> str | None:
    return day.isoformat() if day else None


contribute(Part(name="plan", serializer=PlanSerializer, read=read))
