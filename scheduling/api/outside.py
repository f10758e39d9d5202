"""REST: one's calendars at other providers, and how one's appointments stand there."""

from __future__ import annotations

import django_filters as filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from scheduling import queries
from scheduling.calendars import connecting
from scheduling.enums import OutsideCalendarState, OutsideProvider, OutsideState
from scheduling.models import OutsideCalendar, OutsideEvent
from scheduling.tasks import ring_calendars
from tenants.permissions import Permission
from tenants.rest.fields import StrictSerializer
from tenants.rest.viewsets import FirmViewSet, now


class OutsideCalendarSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    provider = serializers.ChoiceField(choices=OutsideProvider.choices, read_only=True)
    state = serializers.ChoiceField(choices=OutsideCalendarState.choices, read_only=True)
    account = serializers.CharField(read_only=True, help_text="What the other side calls the calendar.")
    connected_at = serializers.DateTimeField(read_only=True)
    synced_at = serializers.DateTimeField(read_only=True, allow_null=True)
    last_error = serializers.CharField(read_only=True, help_text="A code; empty while all is well.")
    paused_until = serializers.DateTimeField(read_only=True, allow_null=True)
    events = serializers.SerializerMethodField()

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "integer"}})
    def get_events(self, calendar: OutsideCalendar) -> dict[str, int]:
        return queries.calendar_counts(calendar)


class OutsideEventSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    calendar = serializers.IntegerField(source="calendar_id", read_only=True)
    appointment = serializers.IntegerField(source="appointment_id", read_only=True)
    outside_id = serializers.CharField(read_only=True, help_text="The event's id there; of CalDAV its UID.")
    state = serializers.ChoiceField(choices=OutsideState.choices, read_only=True)
    note = serializers.CharField(read_only=True, help_text="What happened last, as a code.")
    attempts = serializers.IntegerField(read_only=True)
    last_error = serializers.CharField(read_only=True)
    synced_at = serializers.DateTimeField(read_only=True, allow_null=True)


class OutsideEventFilters(filters.FilterSet):
    calendar = filters.NumberFilter(field_name="calendar_id")
    appointment = filters.NumberFilter(field_name="appointment_id")
    state = filters.ChoiceFilter(choices=OutsideState.choices)


class OutsideCalendarViewSet(FirmViewSet):
    """One's own connections to Google Calendar and CalDAV. They are made on the page, where a person consents."""

    permissions = {
        "list": Permission.VIEW_APPOINTMENTS,
        "retrieve": Permission.VIEW_APPOINTMENTS,
        "destroy": Permission.VIEW_APPOINTMENTS,
        "sync": Permission.VIEW_APPOINTMENTS,
    }
    serializer_class = OutsideCalendarSerializer

    def get_queryset(self) -> QuerySet[OutsideCalendar]:
        calendars: QuerySet[OutsideCalendar] = OutsideCalendar.objects.filter(member=self.member)
        return calendars

    def destroy(self, request: Request, pk: str) -> Response:
        """Disconnect: the log-in is deleted, what stands in the other calendar stays there."""
        connecting.disconnect(self.checked(self.get_object()), by=self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def sync(self, request: Request, pk: str) -> Response:
        """Do not wait for the next round."""
        calendar = self.get_object()
        connecting.sync_now(calendar, at=now())
        ring_calendars()
        return Response(self.get_serializer(self.get_object()).data)


class OutsideEventViewSet(FirmViewSet):
    """How one's appointments stand in one's calendars outside."""

    permissions = {"list": Permission.VIEW_APPOINTMENTS, "retrieve": Permission.VIEW_APPOINTMENTS}
    serializer_class = OutsideEventSerializer
    filter_class = OutsideEventFilters
    orderings = {"id": "pk", "appointment": "appointment_id"}

    def get_queryset(self) -> QuerySet[OutsideEvent]:
        events: QuerySet[OutsideEvent] = OutsideEvent.objects.filter(calendar__member=self.member)
        return events
