"""REST: the nightly runs of the firm; starting one by hand."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters as filters
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from crm import tasks
from scheduling import nights
from scheduling.enums import NightState
from scheduling.models import NightlyRun
from tenants import audit
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.rest.fields import DayField, StrictSerializer, member_field
from tenants.rest.problems import refusal
from tenants.rest.viewsets import FirmViewSet


class NightlyRunSerializer(serializers.ModelSerializer[NightlyRun]):
    date = serializers.DateField(source="local_date")
    started_by = member_field(read_only=True, allow_null=True)

    class Meta:
        model = NightlyRun
        fields: ClassVar[list[str]] = [
            "id", "date", "state", "step", "full", "clients", "scores_changed", "members_changed", "plans_changed",
            "reminders_opened", "reminders_closed", "started_at", "finished_at", "seconds", "error", "started_by",
        ]  # fmt: skip


class StartSerializer(StrictSerializer):
    date = DayField(required=False, help_text="The night of that local date; left out: of today.")


class NightFilters(filters.FilterSet):
    state = filters.ChoiceFilter(choices=NightState.choices)
    date = filters.DateFilter(field_name="local_date")


class NightlyRunViewSet(FirmViewSet):
    """One row for each night: state, counts, duration."""

    permissions = {
        "list": Permission.VIEW_NIGHTLY_RUNS,
        "retrieve": Permission.VIEW_NIGHTLY_RUNS,
        "create": Permission.RUN_NIGHT,
    }
    serializer_class = NightlyRunSerializer
    filter_class = NightFilters
    orderings: ClassVar[dict[str, Any]] = {"id": "pk", "date": "local_date"}
    usual_ordering = "-date"

    def get_queryset(self) -> QuerySet[NightlyRun]:
        runs: QuerySet[NightlyRun] = NightlyRun.objects.all()
        return runs

    @extend_schema(request=StartSerializer, responses={202: NightlyRunSerializer})
    def create(self, request: Request) -> Response:
        """Compute a night again, even if it is over: a worker does it."""
        wanted = self.read_body(serializer=StartSerializer).get("date") or local_today(self.firm)
        run = nights.request_night(wanted, by=self.member)
        if run is None:
            raise refusal("date", "running", _("This night is being run at this moment."))
        audit.record("night.requested", run, by=self.member, after={"date": wanted.isoformat()})
        firm_id = self.firm.pk
        transaction.on_commit(lambda: tasks.ring([(firm_id, [wanted])]), robust=True)
        return self.answer(run, status.HTTP_202_ACCEPTED)
