"""REST: handovers planned for a day to come. One of today or before is an action on many clients."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from clients.bulk.actions import actions
from groups.queries import active_groups
from portfolios import planned_handovers, queries
from portfolios.enums import HandoverAction, PlannedState
from portfolios.models import PlannedHandover
from tenants.permissions import Permission
from tenants.rest.fields import StrictSerializer, member_field
from tenants.rest.problems import refusal
from tenants.rest.viewsets import FirmViewSet, now


class PlannedHandoverSerializer(StrictSerializer):
    """What (``action``), with what (``values``), of whom (``group``); the rest is read-only."""

    id = serializers.IntegerField(read_only=True)
    action = serializers.ChoiceField(choices=HandoverAction.choices)
    values = serializers.DictField(
        source="argument", help_text='{"former": 3, "to": 5, "on": "2027-01-01"}; of a subject also typology, or null.'
    )
    group = serializers.IntegerField(
        write_only=True, required=False, allow_null=True, help_text="Only its members, as they are on that day."
    )
    on = serializers.DateField(read_only=True)
    state = serializers.ChoiceField(choices=PlannedState.choices, read_only=True)
    job = serializers.IntegerField(
        source="job_id", read_only=True, allow_null=True, help_text="When it is done: the bulk action, with its undo."
    )
    failure = serializers.CharField(read_only=True)
    by = member_field(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    settled_at = serializers.DateTimeField(read_only=True, allow_null=True)


class PlannedHandoverViewSet(FirmViewSet):
    """Portfolios and subjects that are handed over on a day to come; done by the night of that day."""

    permissions = {
        "list": Permission.EDIT_CLIENTS,
        "retrieve": Permission.EDIT_CLIENTS,
        "create": Permission.EDIT_CLIENTS,
        "withdraw": Permission.EDIT_CLIENTS,
    }
    serializer_class = PlannedHandoverSerializer
    orderings = {"id": "pk", "on": "on"}
    usual_ordering = "id"

    def get_queryset(self) -> QuerySet[PlannedHandover]:
        return queries.planned_handovers(self.member)

    def create(self, request: Request) -> Response:
        body = self.read_body()
        form: Any = actions()[body["action"]].parse(body["argument"], self.member)
        form.allow_planning()
        for name, errors in form.errors.as_data().items():
            field = "values" if name == "__all__" else f"values.{name}"
            raise refusal(field, errors[0].code or "invalid", " ".join(errors[0].messages))
        group = None
        if body.get("group") is not None:
            group = active_groups().filter(pk=body["group"]).first()
            if group is None:
                raise refusal("group", "does_not_exist", "There is no such group.")
        planned = planned_handovers.plan_handover(body["action"], form.cleaned_data, group, by=self.member, at=now())
        return self.answer(planned, status.HTTP_201_CREATED)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take it back; once it is done, its bulk action is what can be undone."""
        planned_handovers.withdraw_handover(self.get_object(), by=self.member, at=now())
        return self.answer(self.get_queryset().get(pk=pk))
