"""REST: load against capacity, working hours, closures."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from scheduling import services
from scheduling.capacity import capacities, usual_minutes, week_of
from scheduling.foresight import foresee
from scheduling.hours import LONGEST_MEETING, MINUTES_A_DAY, SHORTEST_MEETING
from scheduling.models import Closure, WorkingWeek
from scheduling.services import WeekDetails
from tenants.binding import local_today
from tenants.models import Membership
from tenants.permissions import Permission
from tenants.rest.fields import DayField, StrictSerializer, member_field
from tenants.rest.viewsets import FirmViewSet, now


class SpanSerializer(StrictSerializer):
    weekday = serializers.IntegerField(min_value=0, max_value=6, help_text="0 is Monday.")
    start = serializers.IntegerField(min_value=0, max_value=MINUTES_A_DAY, help_text="Minutes since midnight.")
    end = serializers.IntegerField(min_value=0, max_value=MINUTES_A_DAY)


class WorkingWeekSerializer(StrictSerializer):
    member = serializers.IntegerField(read_only=True)
    hours = SpanSerializer(many=True)
    meeting_minutes = serializers.IntegerField(
        min_value=SHORTEST_MEETING, max_value=LONGEST_MEETING, allow_null=True, required=False
    )
    most_a_day = serializers.IntegerField(min_value=1, max_value=50, allow_null=True, required=False)


class ClosureSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    member = member_field(required=False, allow_null=True, help_text="null: the firm is closed.")
    starts_on = DayField()
    ends_on = DayField()
    reason = serializers.CharField(max_length=100)


class AdvisorLoadSerializer(serializers.Serializer[Any]):
    advisor = serializers.IntegerField(allow_null=True)
    load = serializers.ListField(child=serializers.IntegerField())
    capacity = serializers.ListField(child=serializers.IntegerField())


class FirmLoadSerializer(serializers.Serializer[Any]):
    months = serializers.ListField(child=serializers.DateField(), help_text="The first days of twelve months.")
    advisors = AdvisorLoadSerializer(many=True)


class WorkingWeekViewSet(FirmViewSet):
    """When a member meets clients, office hours unless he says otherwise. One's own; an administrator, anybody's."""

    permissions = {"retrieve": Permission.VIEW_APPOINTMENTS, "update": Permission.VIEW_APPOINTMENTS}
    serializer_class = WorkingWeekSerializer

    def get_queryset(self) -> QuerySet[Membership]:
        members: QuerySet[Membership] = Membership.objects.filter(is_active=True)
        return members if self.member.can(Permission.CONFIGURE) else members.filter(pk=self.member.pk)

    def retrieve(self, request: Request, pk: str) -> Response:
        return self.answer(self.get_object())

    def represent(self, rows: list[Membership]) -> list[dict[str, Any]]:
        return [_shown(member) for member in rows]

    def update(self, request: Request, pk: str) -> Response:
        member, values = self.checked(self.get_object()), self.read_body()
        hours: dict[int, list[tuple[int, int]]] = {}
        for span in values["hours"]:
            hours.setdefault(span["weekday"], []).append((span["start"], span["end"]))
        details = WeekDetails(hours, values.get("meeting_minutes"), values.get("most_a_day"))
        services.set_working_week(member, details, by=self.member)
        return self.answer(member)


class ClosureViewSet(FirmViewSet):
    permissions = {
        "list": Permission.VIEW_APPOINTMENTS,
        "retrieve": Permission.VIEW_APPOINTMENTS,
        "create": Permission.CONFIGURE,
        "destroy": Permission.CONFIGURE,
    }
    serializer_class = ClosureSerializer
    orderings = {"starts_on": "starts_on", "id": "pk"}
    usual_ordering = "starts_on"

    def get_queryset(self) -> QuerySet[Closure]:
        closures: QuerySet[Closure] = Closure.objects.all()
        return closures

    def create(self, request: Request) -> Response:
        made = services.add_closure(**self.read_body(), by=self.member)
        return self.answer(made, status.HTTP_201_CREATED)

    def destroy(self, request: Request, pk: str) -> Response:
        services.remove_closure(self.checked(self.get_object()), by=self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)


class LoadViewSet(FirmViewSet):
    permissions = {"retrieve": Permission.VIEW_APPOINTMENTS}
    serializer_class = FirmLoadSerializer

    def get_queryset(self) -> QuerySet[Any]:
        raise Http404

    @extend_schema(responses=FirmLoadSerializer)
    def retrieve(self, request: Request) -> Response:
        """The meetings that the cadences ask for over twelve months, and those that fit, by advisor."""
        told = foresee(None, by=self.member, at=now())
        ids = [one.advisor_id for one in told.advisors if one.advisor_id]
        holds = capacities(self.firm, ids, told.months, today=local_today(self.firm))
        nothing = [0] * len(told.months)
        advisors = [
            {"advisor": one.advisor_id, "load": one.after, "capacity": holds.get(one.advisor_id or 0, nothing)}
            for one in told.advisors
        ]
        return Response(FirmLoadSerializer({"months": told.months, "advisors": advisors}).data)


def _shown(member: Membership) -> dict[str, Any]:
    week = week_of(WorkingWeek.objects.filter(member=member).first(), usual_minutes())
    spans = [
        {"weekday": weekday, "start": start, "end": end}
        for weekday, own in sorted(week.spans.items())
        for start, end in own
    ]
    return {
        "member": member.pk,
        "hours": spans,
        "meeting_minutes": week.meeting_minutes,
        "most_a_day": week.most_a_day,
    }
