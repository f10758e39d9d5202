"""REST: one type of appointment takes the place of another (O-21): ``appointment-types/{id}/replace/``."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

import scheduling.queries
from outcomes import services
from outcomes.api.replacing import ReplacementSerializer, told
from scheduling.models import AppointmentType
from tenants.permissions import Permission
from tenants.rest.fields import RowField, StrictSerializer
from tenants.rest.viewsets import FirmViewSet


class ByTypeSerializer(StrictSerializer):
    by = RowField(lambda member: scheduling.queries.appointment_types())


class TypeReplacementViewSet(FirmViewSet):
    permissions = {"replace": Permission.CONFIGURE}
    serializer_class = ByTypeSerializer

    def get_queryset(self) -> QuerySet[AppointmentType]:
        return scheduling.queries.appointment_types()

    @extend_schema(responses=ReplacementSerializer)
    def replace(self, request: Request, pk: str) -> Response:
        """Sostituisci: another one takes its place in history, open items and relations; it stays, inactive."""
        old = self.get_object()
        new = self.read_body()["by"]
        return Response(told(services.replace(old, new, by=self.member)))
