"""Which outcome changed a client's status: told in the history behind the arrow (IFY-24, STY-20)."""

from __future__ import annotations

from operator import itemgetter
from typing import Any

from django.db.models import Case, Expression, JSONField, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import JSONObject
from rest_framework import serializers

from clients.enums import StatusCause
from clients.status_origins import Origin, contribute
from outcomes.models import Fulfilment


class StatusOriginSerializer(serializers.Serializer[Any]):
    """The recorded outcome that a change of status came from, or that was taken back by it."""

    fulfilment = serializers.IntegerField()
    appointment = serializers.IntegerField()
    type = serializers.IntegerField()
    type_name = serializers.CharField()
    outcome = serializers.IntegerField()
    outcome_name = serializers.CharField()
    by = serializers.CharField(allow_null=True, help_text="Who recorded it.")
    at = serializers.DateTimeField(help_text="When it was recorded.")


def register() -> None:
    """Called when the app is ready."""
    contribute(
        Origin(
            name="outcome",
            stored=_stored,
            serializer=StatusOriginSerializer,
            words=lambda found: f"{found['type_name']}: {found['outcome_name']}",
            view="scheduling:appointment_detail",
            pk=itemgetter("appointment"),
        )
    )


def _stored() -> Expression:
    """What an outcome changed is named by it; what its undo gave back carries the moment of the undo."""
    made = Fulfilment.objects.filter(firm_id=OuterRef("firm_id"))
    undone = made.filter(client=OuterRef("client"), undone_at=OuterRef("at"), status_change__isnull=False)
    return Case(
        When(cause=StatusCause.OUTCOME, then=_as_json(made.filter(status_change=OuterRef("pk")))),
        When(cause=StatusCause.UNDO, then=_as_json(undone)),
        output_field=JSONField(),
    )


def _as_json(made: QuerySet[Fulfilment]) -> Subquery:
    told = JSONObject(
        fulfilment="pk",
        appointment="appointment_id",
        type="type_id",
        type_name="type__name",
        outcome="outcome_id",
        outcome_name="outcome__name",
        by="author__name",
        at="at",
    )
    return Subquery(made.order_by("pk").values(told=told)[:1])
