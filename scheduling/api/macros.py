"""REST: macros, what they would do, and their runs."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from clients.filters.refusals import FilterInvalid
from clients.refused_filters import named_faults
from groups.queries import saved_searches
from scheduling import services
from scheduling.enums import Recipient, Rhythm, RunState
from scheduling.models import Macro, MacroRun
from scheduling.queries import appointment_types
from scheduling.queries import macros as queries
from scheduling.services import MacroDetails
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.rest import listing
from tenants.rest.editing import DeletableViewSet
from tenants.rest.fields import RowField, StrictSerializer, member_field
from tenants.rest.viewsets import FirmViewSet, now

DETAILS = tuple(MacroDetails.__dataclass_fields__)
MOST_LISTED = 500


class ScheduleSerializer(StrictSerializer):
    rhythm = serializers.ChoiceField(choices=Rhythm.choices, required=False)
    weekday = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=7)
    month_day = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=31)
    cron = serializers.CharField(required=False, allow_blank=True, max_length=100)


class MacroSerializer(StrictSerializer):
    """``offset`` and ``schedule`` are short words for ``offset_days`` and for the rhythm with its parts (api.md)."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=100)
    search = RowField(lambda member: saved_searches())
    type = RowField(lambda member: appointment_types())
    recipient = serializers.ChoiceField(choices=Recipient.choices, required=False)
    operator = member_field(required=False, allow_null=True)
    offset_days = serializers.IntegerField(required=False, min_value=0, max_value=365)
    at_time = serializers.TimeField(required=False)
    rhythm = serializers.ChoiceField(choices=Rhythm.choices, required=False)
    weekday = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=7)
    month_day = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=31)
    cron = serializers.CharField(required=False, allow_blank=True, max_length=100)
    offset = serializers.IntegerField(source="offset_days", required=False, min_value=0, max_value=365)
    schedule = ScheduleSerializer(source="*", required=False)
    pause_days = serializers.IntegerField(required=False, min_value=0, max_value=3_650)
    confirm_above = serializers.IntegerField(required=False, min_value=1, max_value=2_147_483_647)
    active = serializers.BooleanField(required=False)
    version = serializers.IntegerField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)


class MacroRunSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    macro = serializers.IntegerField(source="macro_id")
    period = serializers.DateField()
    state = serializers.ChoiceField(choices=RunState.choices)
    by_night = serializers.BooleanField()
    found = serializers.IntegerField()
    made = serializers.IntegerField()
    left_open = serializers.IntegerField()
    left_period = serializers.IntegerField()
    left_pause = serializers.IntegerField()
    kept = serializers.IntegerField()
    error = serializers.CharField()
    at = serializers.DateTimeField()


class DryRunItemSerializer(serializers.Serializer[Any]):
    client = serializers.IntegerField()
    name = serializers.CharField()
    recipient = serializers.IntegerField(allow_null=True)
    note = serializers.CharField(help_text="Empty, or to whom it fell back: advisor, me, nobody.")


class DryRunSerializer(serializers.Serializer[Any]):
    period = serializers.DateField()
    found = serializers.IntegerField()
    made = serializers.IntegerField()
    left_open = serializers.IntegerField()
    left_period = serializers.IntegerField()
    left_pause = serializers.IntegerField()
    items = DryRunItemSerializer(many=True)


class NothingSerializer(StrictSerializer):
    """No field."""


class MacroFilters(filters.FilterSet):
    active = filters.BooleanFilter()


class MacroViewSet(DeletableViewSet):
    """Macros: a saved search, an appointment of a type for a recipient, a rhythm (IFY-08)."""

    permissions = {
        "list": Permission.CONFIGURE,
        "retrieve": Permission.CONFIGURE,
        "create": Permission.CONFIGURE,
        "bulk": Permission.CONFIGURE,
        "partial_update": Permission.CONFIGURE,
        "destroy": Permission.CONFIGURE,
        "dry_run": Permission.CONFIGURE,
        "run": Permission.CONFIGURE,
        "runs": Permission.CONFIGURE,
    }
    serializer_class = MacroSerializer
    sublists = {"runs": listing.Sublist(orderings={"at": "at"}, usual_ordering="-at")}
    filter_class = MacroFilters
    orderings = {"id": "pk", "name": "name", "updated_at": "updated_at"}
    searched = ("name",)
    usual_ordering = "name"
    has_updates = True

    def get_queryset(self) -> QuerySet[Macro]:
        macros: QuerySet[Macro] = Macro.objects.all()
        return macros

    def add(self, values: dict[str, Any]) -> Macro:
        active = values.pop("active", False)
        return self._switched(services.create_macro(MacroDetails(**values), by=self.member, at=now()), active)

    def change(self, row: Macro, values: dict[str, Any]) -> Macro:
        active = values.pop("active", row.active)
        if values:
            details: dict[str, Any] = {name: getattr(row, name) for name in DETAILS} | values
            seen = self.seen_version(row)
            row = services.edit_macro(row, MacroDetails(**details), by=self.member, at=now(), version=seen)
        return self._switched(row, active)

    def remove(self, row: Macro) -> None:
        services.delete_macro(row, by=self.member)

    @extend_schema(request=NothingSerializer, responses=DryRunSerializer)
    @action(detail=True, methods=["post"], url_path="dry-run", url_name="dry-run")
    def dry_run(self, request: Request, pk: str) -> Response:
        """Exactly who would get an appointment now, and with whom (the first 500 by name); nothing is written."""
        self.read_body(serializer=NothingSerializer)
        macro, today = self.get_object(), local_today(self.firm)
        period = queries.period_of(macro, on=today)
        try:
            choice = queries.choice_of(macro, on=today, period=period)
            chosen = queries.clients_chosen(macro, on=today, period=period).order_by("name_key", "pk")[:MOST_LISTED]
        except FilterInvalid as invalid:
            raise named_faults(invalid) from None
        items = [
            {"client": row.client.pk, "name": row.client.name, "recipient": row.recipient_id, "note": row.note}
            for row in queries.described(chosen)
        ]
        counts = {name: getattr(choice, name) for name in ("found", "made", "left_open", "left_period", "left_pause")}
        return Response({"period": period, **counts, "items": items})

    @extend_schema(request=NothingSerializer, responses=MacroRunSerializer)
    @action(detail=True, methods=["post"])
    def run(self, request: Request, pk: str) -> Response:
        """Run it now; a run that would make far more than usual waits to be confirmed (state ``waiting``)."""
        self.read_body(serializer=NothingSerializer)
        made = services.run_macro(self.get_object(), by=self.member, at=now())
        return Response(MacroRunSerializer(made).data)

    @extend_schema(responses=MacroRunSerializer(many=True))
    @action(detail=True, methods=["get"])
    def runs(self, request: Request, pk: str) -> Response:
        """Its runs, latest first."""
        rows = queries.runs_of(self.get_object())
        return self.subpage(rows, lambda runs: MacroRunSerializer(runs, many=True).data)

    def _switched(self, macro: Macro, active: bool) -> Macro:
        services.set_macro_active(macro, active=active, by=self.member, at=now())
        return self.get_queryset().get(pk=macro.pk)


class MacroRunViewSet(FirmViewSet):
    """One run of a macro: confirmed or discarded while it waits, undone afterwards."""

    permissions = {
        "list": Permission.CONFIGURE,
        "retrieve": Permission.CONFIGURE,
        "confirm": Permission.CONFIGURE,
        "discard": Permission.CONFIGURE,
        "undo": Permission.CONFIGURE,
    }
    serializer_class = MacroRunSerializer
    orderings = {"id": "pk", "at": "at"}
    usual_ordering = "-at"

    def get_queryset(self) -> QuerySet[MacroRun]:
        return queries.all_runs()

    @extend_schema(request=NothingSerializer, responses=MacroRunSerializer)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        """Make what waited, as it is found now."""
        self.read_body(serializer=NothingSerializer)
        return self.answer(services.confirm_run(self.get_object(), by=self.member, at=now()))

    @extend_schema(request=NothingSerializer, responses=MacroRunSerializer)
    @action(detail=True, methods=["post"])
    def discard(self, request: Request, pk: str) -> Response:
        """Do not make what waited."""
        self.read_body(serializer=NothingSerializer)
        return self.answer(services.discard_run(self.get_object(), by=self.member))

    @extend_schema(request=NothingSerializer, responses=MacroRunSerializer)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        """Take its appointments away again; those that somebody has touched since stay (``kept``)."""
        self.read_body(serializer=NothingSerializer)
        return self.answer(services.undo_run(self.get_object(), by=self.member, at=now()))
