"""REST: the storico, fulfilled appointments and actions (IFY-04)."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from rest_framework import serializers

from clients.queries import of_found_clients
from clients.selecting import BY_CLIENT
from outcomes import queries
from outcomes.models import Fulfilment
from tenants.permissions import Permission
from tenants.rest.fields import member_field
from tenants.rest.viewsets import FirmViewSet


class HistorySerializer(serializers.Serializer[Any]):
    """One recorded outcome, as it was then."""

    id = serializers.IntegerField(read_only=True)
    appointment = serializers.IntegerField(source="appointment_id", read_only=True)
    client = serializers.IntegerField(source="client_id", read_only=True)
    type = serializers.IntegerField(source="type_id", read_only=True)
    outcome = serializers.IntegerField(source="outcome_id", read_only=True)
    author = member_field(read_only=True)
    at = serializers.DateTimeField(read_only=True)
    note = serializers.CharField(read_only=True)
    points = serializers.IntegerField(read_only=True)
    from_status = serializers.IntegerField(source="from_status_id", read_only=True, allow_null=True)
    status = serializers.IntegerField(source="to_status_id", read_only=True, allow_null=True)
    status_changed = serializers.SerializerMethodField()
    follow_up = serializers.IntegerField(source="follow_up_id", read_only=True, allow_null=True)
    activity = serializers.IntegerField(source="activity_id", read_only=True, allow_null=True)
    notices = serializers.ListField(child=serializers.CharField(), read_only=True)
    rule = serializers.JSONField(read_only=True, help_text="The relation as it was when it was applied.")
    undone_at = serializers.DateTimeField(read_only=True, allow_null=True)

    def get_status_changed(self, made: Fulfilment) -> bool:
        return made.status_change_id is not None


class HistoryFilters(filters.FilterSet):
    client = filters.NumberFilter(field_name="client_id")
    appointment = filters.NumberFilter(field_name="appointment_id")
    type = filters.NumberFilter(field_name="type_id")
    outcome = filters.NumberFilter(field_name="outcome_id")
    author = filters.NumberFilter(field_name="author_id")
    status = filters.NumberFilter(field_name="to_status_id")
    activity = filters.NumberFilter(field_name="activity_id")
    at_from = filters.IsoDateTimeFilter(field_name="at", lookup_expr="gte")
    at_before = filters.IsoDateTimeFilter(field_name="at", lookup_expr="lt")
    points_min = filters.NumberFilter(field_name="points", lookup_expr="gte")
    points_max = filters.NumberFilter(field_name="points", lookup_expr="lte")
    undone = filters.BooleanFilter(field_name="undone_at", lookup_expr="isnull", exclude=True)


class HistoryViewSet(FirmViewSet):
    """What was recorded, latest first; ``?undone=false`` leaves out what was undone."""

    permissions = {"list": Permission.VIEW_APPOINTMENTS, "retrieve": Permission.VIEW_APPOINTMENTS}
    serializer_class = HistorySerializer
    filter_class = HistoryFilters
    narrowings = (BY_CLIENT,)
    searchable = True
    orderings = {"id": "pk", "at": "at"}
    usual_ordering = "-at"

    def get_queryset(self) -> QuerySet[Fulfilment]:
        return queries.visible_fulfilments(self.member)

    def search(self, rows: QuerySet[Fulfilment], text: str) -> QuerySet[Fulfilment]:
        found: QuerySet[Fulfilment] = rows.filter(of_found_clients(self.member, text))
        return found
