"""REST: commercial activities, and the kinds of them that the firm defines."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

import clients.queries
import scheduling.queries
from clients.queries import visible_clients
from clients.selecting import BY_CLIENT
from clients.services import delete_choice
from outcomes import queries, services
from outcomes.models import Activity, ActivityKind
from tenants.permissions import Permission
from tenants.rest.editing import CONFIGURED, DeletableViewSet
from tenants.rest.fields import RowField, RowsField, StrictSerializer, member_field
from tenants.rest.problems import refusal
from tenants.rest.viewsets import now

MOST_TYPES = 100
DETAILS = ("subject", "owner", "status")


class ActivityKindSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=100)
    active = serializers.BooleanField(required=False)
    position = serializers.IntegerField(read_only=True)
    symbol = serializers.CharField(max_length=40, required=False)
    colour = serializers.CharField(max_length=10, required=False)
    types = RowsField(lambda member: scheduling.queries.appointment_types(), most=MOST_TYPES, required=False)

    def to_representation(self, instance: ActivityKind) -> dict[str, Any]:
        shown = {name: getattr(instance, name) for name in ("id", "name", "active", "position", "symbol", "colour")}
        return shown | {"types": sorted(link.type_id for link in instance.kind_types.all())}


class ActivityKindViewSet(DeletableViewSet):
    """What the firm calls an activity, and the types of action that belong to it (IFY-52)."""

    permissions = CONFIGURED
    serializer_class = ActivityKindSerializer
    orderings = {"id": "pk", "name": "name", "position": "position"}
    searched = ("name",)
    usual_ordering = "position"

    def get_queryset(self) -> QuerySet[ActivityKind]:
        return queries.activity_kinds()

    def add(self, values: dict[str, Any]) -> ActivityKind:
        made = services.create_kind(services.KindDetails(**values), by=self.member)
        return self.get_queryset().get(pk=made.pk)

    def change(self, row: ActivityKind, values: dict[str, Any]) -> ActivityKind:
        details: dict[str, Any] = {name: getattr(row, name) for name in ("name", "active", "symbol", "colour")}
        details |= {"types": [link.type for link in row.kind_types.all()], **values}
        services.edit_kind(row, services.KindDetails(**details), by=self.member)
        return self.get_queryset().get(pk=row.pk)

    def remove(self, row: ActivityKind) -> None:
        delete_choice(row, by=self.member)


class ActivitySerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    client = RowField(visible_clients)
    kind = RowField(lambda member: queries.activity_kinds())
    subject = serializers.CharField(max_length=200, allow_blank=True, required=False)
    owner = member_field(required=False, allow_null=True)
    status = RowField(lambda member: clients.queries.statuses(), required=False, allow_null=True)
    status_at = serializers.DateTimeField(read_only=True, allow_null=True)
    opened_at = serializers.DateTimeField(read_only=True)
    opened_by = member_field(read_only=True, allow_null=True)
    closed_at = serializers.DateTimeField(read_only=True, allow_null=True)
    closed_by = member_field(read_only=True, allow_null=True)
    closing_reason = serializers.CharField(read_only=True)
    version = serializers.IntegerField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)


class CloseSerializer(StrictSerializer):
    reason = serializers.CharField(max_length=300, allow_blank=True, required=False)


class ActivityFilters(filters.FilterSet):
    client = filters.NumberFilter(field_name="client_id")
    kind = filters.NumberFilter(field_name="kind_id")
    owner = filters.NumberFilter(field_name="owner_id")
    status = filters.NumberFilter(field_name="status_id")
    status_from = filters.IsoDateTimeFilter(field_name="status_at", lookup_expr="gte")
    status_before = filters.IsoDateTimeFilter(field_name="status_at", lookup_expr="lt")
    open = filters.BooleanFilter(field_name="closed_at", lookup_expr="isnull")


class ActivityViewSet(DeletableViewSet):
    """Activities of clients; several may be open at once (IFY-49)."""

    permissions = {
        "list": Permission.VIEW_APPOINTMENTS,
        "retrieve": Permission.VIEW_APPOINTMENTS,
        "create": Permission.RECORD_OUTCOMES,
        "bulk": Permission.RECORD_OUTCOMES,
        "partial_update": Permission.RECORD_OUTCOMES,
        "destroy": Permission.RECORD_OUTCOMES,
        "close": Permission.RECORD_OUTCOMES,
        "reopen": Permission.RECORD_OUTCOMES,
    }
    serializer_class = ActivitySerializer
    filter_class = ActivityFilters
    narrowings = (BY_CLIENT,)
    orderings = {"id": "pk", "opened_at": "opened_at", "updated_at": "updated_at"}
    searched = ("subject", "kind__name")
    usual_ordering = "-opened_at"
    has_updates = True

    def get_queryset(self) -> QuerySet[Activity]:
        return queries.visible_activities(self.member)

    def add(self, values: dict[str, Any]) -> Activity:
        client, kind = values.pop("client"), values.pop("kind")
        return services.open_activity(client, kind, services.ActivityDetails(**values), by=self.member, at=now())

    def change(self, row: Activity, values: dict[str, Any]) -> Activity:
        for name in ("client", "kind"):
            if values.pop(name, getattr(row, name)) != getattr(row, name):
                raise refusal(name, "not_changeable", _("An activity stays with its client and its kind."))
        details = services.ActivityDetails(**{name: getattr(row, name) for name in DETAILS} | values)
        return services.edit_activity(row, details, by=self.member, at=now(), version=self.seen_version(row))

    def remove(self, row: Activity) -> None:
        """Only one without recorded actions; any other is closed (O-28)."""
        services.delete_activity(row, by=self.member)

    @extend_schema(request=CloseSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        activity = self.get_object()
        reason = self.read_body(serializer=CloseSerializer).get("reason", "")
        return self.answer(services.close_activity(activity, by=self.member, at=now(), reason=reason))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        return self.answer(services.reopen_activity(self.get_object(), by=self.member))
