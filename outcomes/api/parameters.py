"""REST: the parameters of outcomes (IFY-54 … IFY-56): ``parameters/``."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

import clients.queries
from clients.enums import ListName
from outcomes import queries, services
from outcomes.models import Parameters
from tenants.permissions import Permission
from tenants.rest.fields import RowField, StrictSerializer
from tenants.rest.viewsets import ANY_MEMBER, FirmViewSet

NAMES = ("standard_time", "charge_days", "call_centre_category")


class ParametersSerializer(StrictSerializer):
    standard_time = serializers.TimeField(allow_null=True, required=False)
    charge_days = serializers.IntegerField(min_value=0, max_value=365, allow_null=True, required=False)
    call_centre_category = RowField(
        lambda member: clients.queries.list_entries(ListName.CATEGORY), allow_null=True, required=False
    )


class ParametersViewSet(FirmViewSet):
    permissions = {"retrieve": ANY_MEMBER, "partial_update": Permission.CONFIGURE}
    serializer_class = ParametersSerializer

    def get_queryset(self) -> Any:
        return Parameters.objects.all()

    def get_object(self) -> Parameters:
        return queries.parameters()

    def partial_update(self, request: Request) -> Response:
        """From the next recording on."""
        found = self.checked(self.get_object())
        values: dict[str, Any] = {name: getattr(found, name) for name in NAMES} | self.read_body(partial=True)
        return self.answer(services.edit_parameters(**values, by=self.member))
