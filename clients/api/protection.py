"""REST: who looked at whom, the alerts on it and their rules, and whom the firm has erased (security.md 6)."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters as filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clients import queries, services
from clients.enums import AccessDoor, AlertKind, ErasureGround
from clients.models import Access, AccessAlert, AlertRules, Erasure, Label
from clients.models.alerts import MOST_CLIENTS
from tenants.permissions import Permission
from tenants.rest.fields import LARGEST_ID, RowField, StrictSerializer
from tenants.rest.viewsets import FirmViewSet

READ_ONLY = {"list": Permission.PROTECT_PERSONS, "retrieve": Permission.PROTECT_PERSONS}


class ConsultationSerializer(serializers.Serializer[Access]):
    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    member = serializers.IntegerField(source="by_id")
    door = serializers.ChoiceField(choices=AccessDoor.choices)
    address = serializers.IPAddressField(allow_null=True)
    clients = serializers.ListField(child=serializers.IntegerField(), source="seen")


class ConsultationFilters(filters.FilterSet):
    member = filters.NumberFilter(field_name="by_id", min_value=1, max_value=LARGEST_ID)
    client = filters.NumberFilter(method="of_client", min_value=1, max_value=LARGEST_ID)
    since = filters.IsoDateTimeFilter(field_name="at", lookup_expr="gte")
    until = filters.IsoDateTimeFilter(field_name="at", lookup_expr="lt")

    def of_client(self, rows: QuerySet[Access], name: str, value: Any) -> QuerySet[Access]:
        found: QuerySet[Access] = rows.filter(seen__contains=[int(value)])
        return found


class ConsultationViewSet(FirmViewSet):
    """Every look at a client's record; latest first."""

    permissions: ClassVar = READ_ONLY
    serializer_class = ConsultationSerializer
    filter_class = ConsultationFilters
    orderings: ClassVar = {"id": "pk", "at": "at"}
    usual_ordering = "-at"

    def get_queryset(self) -> QuerySet[Access]:
        return queries.looks()


class AlertSerializer(serializers.Serializer[AccessAlert]):
    id = serializers.IntegerField()
    day = serializers.DateField()
    kind = serializers.ChoiceField(choices=AlertKind.choices)
    member = serializers.IntegerField(source="by_id")
    clients = serializers.IntegerField()
    first_at = serializers.DateTimeField()
    last_at = serializers.DateTimeField()
    raised_at = serializers.DateTimeField()


class AlertViewSet(FirmViewSet):
    """Members who saw remarkably many clients on a day, as the night found them."""

    permissions: ClassVar = READ_ONLY
    serializer_class = AlertSerializer
    orderings: ClassVar = {"id": "pk", "day": "day"}
    usual_ordering = "-day"

    def get_queryset(self) -> QuerySet[AccessAlert]:
        found: QuerySet[AccessAlert] = AccessAlert.objects.all()
        return found


class AlertRulesSerializer(StrictSerializer):
    """From how many clients of a day on it is told; 0: never."""

    many = serializers.IntegerField(required=False, min_value=0, max_value=MOST_CLIENTS)  # type: ignore[assignment]
    off_hours = serializers.IntegerField(required=False, min_value=0, max_value=MOST_CLIENTS)
    opens_at = serializers.TimeField(required=False)
    closes_at = serializers.TimeField(required=False)
    weekends = serializers.BooleanField(required=False)
    guarded = serializers.IntegerField(required=False, min_value=0, max_value=MOST_CLIENTS)
    label = RowField(  # type: ignore[assignment]
        lambda member: Label.objects.all(), required=False, allow_null=True
    )


class AlertRulesViewSet(FirmViewSet):
    permissions: ClassVar = {"retrieve": Permission.PROTECT_PERSONS, "partial_update": Permission.PROTECT_PERSONS}
    serializer_class = AlertRulesSerializer

    def get_queryset(self) -> QuerySet[AlertRules]:
        found: QuerySet[AlertRules] = AlertRules.objects.all()
        return found

    def get_object(self) -> AlertRules:
        return services.rules_of_firm()

    @extend_schema(request=AlertRulesSerializer, responses=AlertRulesSerializer)
    def partial_update(self, request: Request) -> Response:
        """From the coming night on."""
        self.checked(self.get_object())
        return self.answer(services.set_alert_rules(self.read_body(), by=self.member))


class ErasureLineSerializer(serializers.Serializer[Erasure]):
    id = serializers.IntegerField()
    client = serializers.IntegerField(source="client_id")
    at = serializers.DateTimeField()
    by = serializers.IntegerField(source="by_id", allow_null=True)
    ground = serializers.ChoiceField(choices=ErasureGround.choices)
    locked_records = serializers.IntegerField()
    locked_until = serializers.DateField(allow_null=True)


class ErasureViewSet(FirmViewSet):
    """The register of erasures: nothing in it is about a person."""

    permissions: ClassVar = READ_ONLY
    serializer_class = ErasureLineSerializer
    orderings: ClassVar = {"id": "pk", "at": "at"}
    usual_ordering = "-at"

    def get_queryset(self) -> QuerySet[Erasure]:
        return queries.erasures()


RESOURCES: dict[str, type[Any]] = {
    "consultations": ConsultationViewSet,
    "consultation-alerts": AlertViewSet,
    "erasures": ErasureViewSet,
}
