"""REST: recording the outcome of an appointment, and undoing it: ``appointments/{id}/fulfil/``, and back.

Below the address of scheduling's appointments, hence put there by the composition (crm/api.py).
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

import scheduling.queries
from outcomes import queries, services
from outcomes.api.history import HistorySerializer
from scheduling.models import Appointment
from tenants.permissions import Permission
from tenants.rest.fields import RowField, RowsField, StrictSerializer
from tenants.rest.schema import BulkResultSerializer
from tenants.rest.viewsets import MOST_AT_ONCE, FirmViewSet, now
from web.problem import field_errors


class FulfilSerializer(StrictSerializer):
    outcome = RowField(lambda member: queries.outcomes())
    note = serializers.CharField(max_length=20_000, allow_blank=True, required=False)
    activity = RowField(queries.visible_activities, required=False, allow_null=True)


class BulkFulfilSerializer(StrictSerializer):
    appointments = RowsField(scheduling.queries.visible_appointments, most=MOST_AT_ONCE)
    outcome = RowField(lambda member: queries.outcomes())
    note = serializers.CharField(max_length=20_000, allow_blank=True, required=False)


class UndoSerializer(StrictSerializer):
    reason = serializers.CharField(max_length=300, allow_blank=True, required=False)


class UndoneSerializer(serializers.Serializer[Any]):
    fulfilment = HistorySerializer()
    left = serializers.ListField(child=serializers.CharField(), help_text="What could not be given back, as codes.")


class FulfilmentViewSet(FirmViewSet):
    """Once: a retry of the same person with the same outcome returns what was recorded (IFY-37)."""

    permissions = {
        "fulfil": Permission.RECORD_OUTCOMES,
        "fulfil_several": Permission.RECORD_OUTCOMES,
        "undo": Permission.UNDO_OUTCOMES,
    }
    serializer_class = HistorySerializer

    def get_queryset(self) -> QuerySet[Appointment]:
        return scheduling.queries.visible_appointments(self.member)

    @extend_schema(request=FulfilSerializer, responses=HistorySerializer)
    def fulfil(self, request: Request, pk: str) -> Response:
        """Status, points, follow-up and activity move by themselves, all or nothing."""
        appointment = self.get_object()
        values = self.read_body(serializer=FulfilSerializer)
        outcome = values.pop("outcome")
        made = services.fulfil_appointment(appointment, outcome, by=self.member, at=now(), **values)
        return self.answer(made)

    @extend_schema(request=BulkFulfilSerializer, responses=BulkResultSerializer)
    def fulfil_several(self, request: Request) -> Response:
        """One outcome for up to 500 appointments, each with its own answer."""
        values = self.read_body(serializer=BulkFulfilSerializer)
        appointments = values.pop("appointments")
        recorded = services.fulfil_appointments(
            appointments, values["outcome"], by=self.member, at=now(), note=values.get("note", "")
        )
        made = {one.appointment_id: one for one in recorded.fulfilments}
        results = []
        for appointment in appointments:
            if appointment.pk in made:
                results.append({"status": 200, "id": appointment.pk, "errors": []})
            else:
                errors = [asdict(error) for error in field_errors(recorded.refused[appointment.pk])]
                results.append({"status": 400, "id": appointment.pk, "errors": errors})
        return Response({"results": results})

    @extend_schema(request=UndoSerializer, responses=UndoneSerializer)
    def undo(self, request: Request, pk: str) -> Response:
        """Annulla evasione (O-35): everything as it was, or word of what could not be given back."""
        appointment = self.get_object()
        reason = self.read_body(serializer=UndoSerializer).get("reason", "")
        undone = services.undo_fulfilment(appointment, by=self.member, at=now(), reason=reason)
        return Response({"fulfilment": self.represent([undone.fulfilment])[0], "left": undone.left})
