"""REST: checks (Verifiche). The planning check is predefined: its lead, words and switch can be changed (REL-47)."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from clients.filters.refusals import FilterInvalid
from clients.refused_filters import named_faults
from scheduling import services
from scheduling.checking import understood
from scheduling.enums import CheckKind, CheckRecipient
from scheduling.models import Check
from scheduling.queries import checks as queries
from scheduling.services import CheckDetails
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.rest.editing import CONFIGURED, DeletableViewSet
from tenants.rest.fields import StrictSerializer, member_field
from tenants.rest.viewsets import now

DETAILS = tuple(CheckDetails.__dataclass_fields__)
OF_PLANNING = ("lead_days", "text", "active")


class ClientCheckSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    kind = serializers.ChoiceField(choices=CheckKind.choices, read_only=True)
    name = serializers.CharField(max_length=100)
    condition = serializers.JSONField(help_text="One condition of the filter language: field, op, value.")
    scope = serializers.JSONField(required=False, allow_null=True, help_text="A filter; null for every client.")
    text = serializers.CharField(
        max_length=300, allow_blank=True, help_text="{when}, {days}, {date} and {client} are filled in when it is read."
    )
    recipient = serializers.ChoiceField(choices=CheckRecipient.choices, required=False)
    person = member_field(required=False, allow_null=True)
    lead_days = serializers.IntegerField(
        min_value=0, max_value=365, required=False, help_text="Only of the planning check."
    )
    active = serializers.BooleanField(required=False)
    version = serializers.IntegerField(read_only=True)


class ClientCheckDraftSerializer(StrictSerializer):
    condition = serializers.JSONField()
    scope = serializers.JSONField(required=False, allow_null=True)


class FoundSerializer(serializers.Serializer[Any]):
    client = serializers.IntegerField(source="client.pk")
    name = serializers.CharField(source="client.name")
    due_on = serializers.DateField()


class ClientCheckPreviewSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    sample = FoundSerializer(many=True)


class NoDetailsSerializer(StrictSerializer):
    """No field."""


class CheckFilters(filters.FilterSet):
    active = filters.BooleanFilter()
    kind = filters.ChoiceFilter(choices=CheckKind.choices)


class CheckViewSet(DeletableViewSet):
    """What is looked at every night, and when a client changes; who is found is shown as a reminder."""

    permissions = {**CONFIGURED, "preview": Permission.CONFIGURE, "restore": Permission.CONFIGURE}
    serializer_class = ClientCheckSerializer
    filter_class = CheckFilters
    orderings = {"id": "pk", "name": "name"}
    searched = ("name", "text")

    def get_queryset(self) -> QuerySet[Check]:
        return queries.deleted_checks() if self.action == "restore" else queries.checks()

    def add(self, values: dict[str, Any]) -> Check:
        active = values.pop("active", True)
        if "lead_days" in values:
            raise _not_of_this_kind("lead_days")
        return services.create_check(CheckDetails(**values), active=active, by=self.member, at=now())

    def change(self, row: Check, values: dict[str, Any]) -> Check:
        """From the next night on."""
        if row.is_planning:
            return self._change_planning(row, values)
        active = values.pop("active", row.active)
        if "lead_days" in values:
            raise _not_of_this_kind("lead_days")
        if values:
            details: dict[str, Any] = {name: getattr(row, name) for name in DETAILS} | values
            seen = self.seen_version(row)
            row = services.edit_check(row, CheckDetails(**details), by=self.member, at=now(), version=seen)
        services.set_check_active(row, active=active, by=self.member, at=now())
        return queries.checks().get(pk=row.pk)

    def remove(self, row: Check) -> None:
        services.delete_check(row, by=self.member, at=now())

    @extend_schema(request=NoDetailsSerializer, responses=ClientCheckSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        """The undo of a deletion, with the reminders as they are."""
        self.read_body(serializer=NoDetailsSerializer)
        return self.answer(services.restore_check(self.get_object(), by=self.member, at=now()))

    @extend_schema(request=ClientCheckDraftSerializer, responses=ClientCheckPreviewSerializer)
    @action(detail=False, methods=["post"])
    def preview(self, request: Request) -> Response:
        """Who would be reminded of today, and how many; nothing is written."""
        asked = self.read_body(serializer=ClientCheckDraftSerializer)
        try:
            rule = understood(asked["condition"], asked.get("scope"))
        except FilterInvalid as invalid:
            raise named_faults(invalid) from None
        preview = queries.preview_of(rule, self.member, today=local_today(self.firm))
        return Response(ClientCheckPreviewSerializer(preview).data)

    def _change_planning(self, row: Check, values: dict[str, Any]) -> Check:
        for name in values:
            if name not in OF_PLANNING:
                raise _not_of_this_kind(name)
        asked = {name: getattr(row, name) for name in OF_PLANNING} | values
        return services.edit_planning_check(row, by=self.member, **asked)


def _not_of_this_kind(name: str) -> ValidationError:
    words = _("This cannot be said of a check of this kind.")
    return ValidationError({name: ValidationError(words, code="not_of_this_kind")})
