"""REST: the day of one person, and how well the cadences are kept."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from scheduling.day import Meeting, day_of
from scheduling.forms.day import DayForm
from scheduling.kept import Reason, Share, cadence_kept, slipped
from scheduling.models import ClientPlan
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.rest.viewsets import FirmViewSet, now


class HappenedSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    at = serializers.DateTimeField()
    title = serializers.CharField()


class NeighbourSerializer(serializers.Serializer[Any]):
    client = serializers.IntegerField()
    due_on = serializers.DateField()
    km = serializers.FloatField()


class MeetingSerializer(serializers.Serializer[Any]):
    appointment = serializers.IntegerField()
    client = serializers.IntegerField()
    name = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    state = serializers.CharField()
    place = serializers.CharField()
    phones = serializers.ListField(child=serializers.CharField())
    last_met_on = serializers.DateField(allow_null=True, help_text="Before this day; of what has happened since.")
    since = HappenedSerializer(many=True)
    near = NeighbourSerializer(many=True)


class DaySerializer(serializers.Serializer[Any]):
    day = serializers.DateField()
    meetings = MeetingSerializer(many=True)


class ShareSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(allow_null=True)
    name = serializers.CharField()
    clients = serializers.ListField(child=serializers.IntegerField())
    kept = serializers.ListField(child=serializers.IntegerField())


class KeptSerializer(serializers.Serializer[Any]):
    days = serializers.ListField(child=serializers.DateField(), help_text="The ends of twelve months, and today.")
    total = ShareSerializer()
    groups = ShareSerializer(many=True)
    advisors = ShareSerializer(many=True)


class SlippedSerializer(serializers.Serializer[Any]):
    client = serializers.IntegerField(source="client_id")
    due_on = serializers.DateField(allow_null=True)
    next_meeting_on = serializers.DateField(allow_null=True)
    last_meeting_on = serializers.DateField(allow_null=True)
    beyond_cadence_days = serializers.IntegerField(allow_null=True)
    reason = serializers.ChoiceField(choices=[(reason.value, reason.value) for reason in Reason])


class DayViewSet(FirmViewSet):
    permissions = {"retrieve": Permission.VIEW_APPOINTMENTS}
    serializer_class = DaySerializer

    @extend_schema(parameters=[OpenApiParameter("day", str, description="Missing: today.")], responses=DaySerializer)
    def retrieve(self, request: Request) -> Response:
        """One's own meetings of a day: where, what changed since the last meeting, who is due nearby."""
        form = DayForm(request.query_params)
        on = (form.cleaned_data["day"] if form.is_valid() else None) or local_today(self.firm)
        meetings = [_shown(one) for one in day_of(self.member, on, at=now())]
        return Response(DaySerializer({"day": on, "meetings": meetings}).data)


class CadenceKeptViewSet(FirmViewSet):
    permissions = {"retrieve": Permission.VIEW_APPOINTMENTS}
    serializer_class = KeptSerializer

    @extend_schema(responses=KeptSerializer)
    def retrieve(self, request: Request) -> Response:
        """How many clients were in a cadence and how many of them met as promised, at the end of each month."""
        kept = cadence_kept(self.member, at=now())
        shown = {"days": kept.days, "total": _share(kept.total)}
        shown |= {"groups": [_share(one) for one in kept.groups], "advisors": [_share(one) for one in kept.advisors]}
        return Response(KeptSerializer(shown).data)


class SlippedClientViewSet(FirmViewSet):
    """Who is not met as promised, and why."""

    permissions = {"list": Permission.VIEW_APPOINTMENTS}
    serializer_class = SlippedSerializer
    orderings = {"due_on": "due_on"}
    usual_ordering = "due_on"

    def get_queryset(self) -> QuerySet[ClientPlan]:
        return slipped(self.member, on=local_today(self.firm))


def _share(share: Share) -> dict[str, Any]:
    return {"id": share.key, "name": share.name, "clients": share.clients, "kept": share.kept}


def _shown(meeting: Meeting) -> dict[str, Any]:
    one = meeting.appointment
    return {
        "appointment": one.pk,
        "client": one.client_id,
        "name": one.client.name,
        "starts_at": one.starts_at,
        "ends_at": one.ends_at,
        "state": one.state,
        "place": one.place,
        "phones": meeting.phones,
        "last_met_on": meeting.last_on,
        "since": [{"kind": event.kind, "at": event.at, "title": str(event.title)} for event in meeting.since],
        "near": [{"client": near.client.pk, "due_on": near.due_on, "km": near.km} for near in meeting.near],
    }
