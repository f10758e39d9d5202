"""REST: for how long the firm keeps what the law obliges it to keep, and what is locked now: ``retention/``."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clients import retention, services
from clients.enums import RetentionClass
from clients.models import RetentionPeriod
from tenants.permissions import Permission
from tenants.rest.fields import StrictSerializer
from tenants.rest.viewsets import FirmViewSet


class LockedSerializer(serializers.Serializer[retention.Locked]):
    label = serializers.CharField()  # type: ignore[assignment]
    records = serializers.IntegerField()
    first_until = serializers.DateField()
    last_until = serializers.DateField()


class ClassOfRecordsSerializer(serializers.Serializer[retention.ClassOfRecords]):
    retention = serializers.ChoiceField(choices=RetentionClass.choices)
    years = serializers.IntegerField()
    least = serializers.IntegerField()
    covers = serializers.ListField(child=serializers.CharField())
    locked = LockedSerializer(many=True)


class RetentionSerializer(serializers.Serializer[Any]):
    classes = ClassOfRecordsSerializer(many=True)


class YearsSerializer(StrictSerializer):
    """Years of the classes that change."""

    mifid = serializers.IntegerField(required=False)
    aml = serializers.IntegerField(required=False)
    insurance = serializers.IntegerField(required=False)
    tax = serializers.IntegerField(required=False)
    consent = serializers.IntegerField(required=False)


class RetentionViewSet(FirmViewSet):
    permissions = {"retrieve": Permission.PROTECT_PERSONS, "partial_update": Permission.PROTECT_PERSONS}
    serializer_class = RetentionSerializer

    def get_queryset(self) -> QuerySet[RetentionPeriod]:
        found: QuerySet[RetentionPeriod] = RetentionPeriod.objects.all()
        return found

    def get_object(self) -> dict[str, Any]:
        return {"classes": retention.classes()}

    @extend_schema(request=YearsSerializer, responses=RetentionSerializer)
    def partial_update(self, request: Request) -> Response:
        """From the next erasure on; what is locked already keeps its day."""
        self.checked(self.get_object())
        given = self.read_body(serializer=YearsSerializer)
        services.set_retention({RetentionClass(name): years for name, years in given.items()}, by=self.member)
        return self.answer(self.get_object())
