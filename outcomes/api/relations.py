"""REST: relations, the pairs of type and outcome (Relazioni)."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers

import clients.queries
import scheduling.queries
from outcomes import queries, services
from outcomes.models import Relation
from outcomes.models.choices import MOST_DAYS, MOST_HOURS, MOST_POINTS
from scheduling.enums import Recipient
from tenants.rest.editing import CONFIGURED, DeletableViewSet
from tenants.rest.fields import RowField, StrictSerializer, member_field
from tenants.rest.problems import refusal


class FollowUpSerializer(StrictSerializer):
    """The next appointment: its type, for whom, and how long after the recording (IFY-30 … IFY-33)."""

    type = RowField(lambda member: scheduling.queries.appointment_types())
    recipient = serializers.ChoiceField(choices=Recipient.choices)
    operator = member_field(required=False, allow_null=True, help_text="Only for the recipient fixed.")
    days = serializers.IntegerField(min_value=0, max_value=MOST_DAYS, required=False)
    hours = serializers.IntegerField(min_value=0, max_value=MOST_HOURS, required=False)


class RelationSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    type = RowField(lambda member: scheduling.queries.appointment_types())
    outcome = RowField(lambda member: queries.outcomes())
    status = RowField(lambda member: clients.queries.statuses(), required=False, allow_null=True)
    points = serializers.IntegerField(min_value=0, max_value=MOST_POINTS, required=False)
    concluding = serializers.BooleanField(required=False)
    counts_as_held = serializers.BooleanField(
        required=False, allow_null=True, help_text="Whether the appointment took place; null: as the outcome says."
    )
    follow_up = FollowUpSerializer(required=False, allow_null=True)

    def to_representation(self, instance: Relation) -> dict[str, Any]:
        follow_up = None
        if instance.follow_up_type_id is not None:
            follow_up = {
                "type": instance.follow_up_type_id,
                "recipient": instance.recipient,
                "operator": instance.operator_id,
                "days": instance.days,
                "hours": instance.hours,
            }
        return {
            "id": instance.pk,
            "type": instance.type_id,
            "outcome": instance.outcome_id,
            "status": instance.status_id,
            "points": instance.points,
            "concluding": instance.concluding,
            "counts_as_held": instance.counts_as_held,
            "follow_up": follow_up,
        }


class RelationFilters(filters.FilterSet):
    type = filters.NumberFilter(field_name="type_id")
    outcome = filters.NumberFilter(field_name="outcome_id")
    status = filters.NumberFilter(field_name="status_id")


class RelationViewSet(DeletableViewSet):
    """Which outcomes may be recorded for a type, and what each pair does (IFY-26 … IFY-36)."""

    permissions = CONFIGURED
    serializer_class = RelationSerializer
    filter_class = RelationFilters

    def get_queryset(self) -> QuerySet[Relation]:
        return queries.relations()

    def add(self, values: dict[str, Any]) -> Relation:
        """Tick the pair and say what it does; one that is ticked already is a 400."""
        kind, outcome = values.pop("type"), values.pop("outcome")
        if self.get_queryset().filter(type=kind, outcome=outcome).exists():
            raise refusal("outcome", "unique", _("This outcome is foreseen for the type already."))
        return services.save_relation(kind, outcome, _details(values), by=self.member)

    def change(self, row: Relation, values: dict[str, Any]) -> Relation:
        for name in ("type", "outcome"):
            if values.pop(name, getattr(row, name)) != getattr(row, name):
                raise refusal(name, "not_changeable", _("A relation stays with its type and its outcome."))
        return services.save_relation(row.type, row.outcome, _details(_held(row) | values), by=self.member)

    def remove(self, row: Relation) -> None:
        """Untick the pair: no longer offered, and refused."""
        services.untick(row.type, row.outcome, by=self.member)


def _held(relation: Relation) -> dict[str, Any]:
    follow_up = None
    if relation.follow_up_type is not None:
        names = ("recipient", "operator", "days", "hours")
        follow_up = {"type": relation.follow_up_type, **{name: getattr(relation, name) for name in names}}
    return {
        "status": relation.status,
        "points": relation.points,
        "concluding": relation.concluding,
        "counts_as_held": relation.counts_as_held,
        "follow_up": follow_up,
    }


def _details(values: dict[str, Any]) -> services.RelationDetails:
    follow_up = dict(values.pop("follow_up", None) or {})
    return services.RelationDetails(**values, follow_up_type=follow_up.pop("type", None), **follow_up)
