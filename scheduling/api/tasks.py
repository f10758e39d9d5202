"""REST: Attività and Telefonate."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from clients.queries import of_found_clients, visible_clients
from clients.selecting import BY_CLIENT
from scheduling import queries, services
from scheduling.enums import TaskKind, TaskState
from scheduling.models import Task
from scheduling.services import TaskDetails
from tenants.permissions import Permission
from tenants.rest.editing import DeletableViewSet
from tenants.rest.fields import MomentField, RowField, StrictSerializer, member_field
from tenants.rest.problems import refusal
from tenants.rest.viewsets import now

EDITED = ("subject", "notes", "at", "whole_day", "assignee")


class TaskSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    client = RowField(visible_clients)
    company = serializers.IntegerField(source="company_id", read_only=True, allow_null=True)
    subject = serializers.CharField(max_length=200)
    notes = serializers.CharField(max_length=100_000, allow_blank=True, required=False)
    at = MomentField(help_text="Of a whole day: its beginning in the firm's zone.")
    whole_day = serializers.BooleanField(required=False, help_text="At no certain hour; usually true.")
    assignee = member_field(required=False, help_text="Left out: the caller.")
    state = serializers.ChoiceField(
        choices=TaskState.choices, required=False, help_text="A new one may be done already: a call that took place."
    )
    done_at = serializers.DateTimeField(read_only=True, allow_null=True)
    done_by = member_field(read_only=True, allow_null=True)
    created_by = member_field(read_only=True, allow_null=True)
    version = serializers.IntegerField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)


class TaskFilters(filters.FilterSet):
    client = filters.NumberFilter(field_name="client_id")
    company = filters.NumberFilter(field_name="company_id")
    assignee = filters.NumberFilter(field_name="assignee_id")
    created_by = filters.NumberFilter(field_name="created_by_id")
    state = filters.ChoiceFilter(choices=TaskState.choices)
    at_from = filters.IsoDateTimeFilter(field_name="at", lookup_expr="gte")
    at_before = filters.IsoDateTimeFilter(field_name="at", lookup_expr="lt")


class TaskViewSet(DeletableViewSet):
    """Things to do for clients, planned or done. Whoever has given one to a colleague keeps sight of it (O-57)."""

    kind: ClassVar[TaskKind] = TaskKind.TASK
    permissions = {
        "list": Permission.VIEW_APPOINTMENTS,
        "retrieve": Permission.VIEW_APPOINTMENTS,
        "create": Permission.EDIT_CLIENTS,
        "bulk": Permission.EDIT_CLIENTS,
        "partial_update": Permission.EDIT_CLIENTS,
        "destroy": Permission.EDIT_CLIENTS,
        "finish": Permission.EDIT_CLIENTS,
        "reopen": Permission.EDIT_CLIENTS,
    }
    serializer_class = TaskSerializer
    filter_class = TaskFilters
    narrowings = (BY_CLIENT,)
    orderings = {"id": "pk", "at": "at", "created_at": "created_at", "updated_at": "updated_at"}
    searchable = True
    usual_ordering = "at"
    has_updates = True

    def get_queryset(self) -> QuerySet[Task]:
        return queries.visible_tasks(self.member).filter(kind=self.kind)

    def search(self, rows: QuerySet[Task], text: str) -> QuerySet[Task]:
        """By whatever finds the client."""
        found: QuerySet[Task] = rows.filter(of_found_clients(self.member, text))
        return found

    def add(self, values: dict[str, Any]) -> Task:
        client, state = values.pop("client"), values.pop("state", TaskState.OPEN)
        details = TaskDetails(**{"assignee": self.member, **values})
        if state == TaskState.DONE:
            return services.record_task(client, self.kind, details, by=self.member, at=now())
        return services.plan_task(client, self.kind, details, by=self.member)

    def change(self, row: Task, values: dict[str, Any]) -> Task:
        if values.get("client", row.client) != row.client:
            raise refusal("client", "not_changeable", _("It stays with its client."))
        if values.get("state", row.state) != row.state:
            raise refusal("state", "not_changeable", _("The state is changed by finish/ and reopen/."))
        wanted: dict[str, Any] = {name: values.get(name, getattr(row, name)) for name in EDITED}
        details = TaskDetails(**wanted)
        return services.edit_task(row, details, by=self.member, version=self.seen_version(row))

    def remove(self, row: Task) -> None:
        services.delete_task(row, by=self.member, at=now())

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def finish(self, request: Request, pk: str) -> Response:
        """It is done."""
        task = self.checked(self.get_object())
        return self.answer(services.finish_task(task, by=self.member, at=now(), version=self.seen_version(task)))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """It is to be done again."""
        task = self.checked(self.get_object())
        return self.answer(services.reopen_task(task, by=self.member, version=self.seen_version(task)))


class CallViewSet(TaskViewSet):
    """Telephone calls, planned or recorded (STY-35)."""

    kind = TaskKind.CALL
