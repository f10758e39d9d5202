"""REST: a client's own number of meetings a year, with a reason (O-08): ``clients/{id}/cadence-exception/``."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from clients.models import Client
from clients.queries import visible_clients
from scheduling import queries, services
from scheduling.models import CadenceException
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.rest.fields import LARGEST_ID, DayField, StrictSerializer, member_field
from tenants.rest.viewsets import FirmViewSet, now


class CadenceExceptionSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    yearly_meetings = serializers.IntegerField(
        min_value=1, max_value=52, allow_null=True, help_text="null: no meetings at all."
    )
    reason = serializers.CharField(max_length=300)
    ends_on = DayField(required=False, allow_null=True)
    set_by = member_field(read_only=True, allow_null=True)
    set_at = serializers.DateTimeField(read_only=True)


class CadenceExceptionViewSet(FirmViewSet):
    """The exception in force; 404 where the client follows his groups."""

    permissions = {
        "retrieve": Permission.VIEW_CLIENTS,
        "update": Permission.SET_CADENCE_EXCEPTION,
        "destroy": Permission.SET_CADENCE_EXCEPTION,
    }
    serializer_class = CadenceExceptionSerializer

    def get_queryset(self) -> Any:
        return CadenceException.objects.all()

    def get_object(self) -> CadenceException:
        found = queries.exception_of(self._client(), on=local_today(self.firm))
        if found is None:
            raise Http404
        return found

    def update(self, request: Request, pk: str) -> Response:
        """Set it; the one in force makes room and stays in the history."""
        client = self._client()
        before = queries.exception_of(client, on=local_today(self.firm))
        if before is not None:
            self.checked(before)
        made = services.set_cadence_exception(client, by=self.member, at=now(), **self.read_body())
        return self.answer(made)

    def destroy(self, request: Request, pk: str) -> Response:
        """The number of the client's groups is in force again at once."""
        services.remove_cadence_exception(self.checked(self.get_object()), by=self.member, at=now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _client(self) -> Client:
        pk = int(self.kwargs["pk"])
        client = visible_clients(self.member).filter(pk=pk).first() if pk <= LARGEST_ID else None
        if client is None:
            raise Http404
        return client
