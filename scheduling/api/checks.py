"""REST: checks (Verifiche). The planning check is predefined: its lead, words and switch can be changed (REL-47)."""

from __future__ import annotations

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from scheduling import services
from scheduling.enums import CheckKind
from scheduling.models import Check
from tenants.permissions import Permission
from tenants.rest.fields import StrictSerializer
from tenants.rest.viewsets import ANY_MEMBER, FirmViewSet


class CheckSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    kind = serializers.ChoiceField(choices=CheckKind.choices, read_only=True)
    name = serializers.CharField(read_only=True)
    lead_days = serializers.IntegerField(min_value=0, max_value=365)
    text = serializers.CharField(max_length=300, allow_blank=True)
    active = serializers.BooleanField()


class CheckViewSet(FirmViewSet):
    permissions = {"list": ANY_MEMBER, "retrieve": ANY_MEMBER, "partial_update": Permission.CONFIGURE}
    serializer_class = CheckSerializer

    def get_queryset(self) -> QuerySet[Check]:
        checks: QuerySet[Check] = Check.objects.order_by("id")
        return checks

    def partial_update(self, request: Request, pk: str) -> Response:
        """From the next night on."""
        check = self.checked(self.get_object())
        asked = {name: getattr(check, name) for name in ("lead_days", "text", "active")}
        asked |= self.read_body(partial=True)
        return self.answer(services.edit_planning_check(check, by=self.member, **asked))
