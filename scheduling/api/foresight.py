"""REST: what a change of the cadence would cost in meetings, before it is saved. Nothing is written."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from clients.filters.parsing import to_json
from clients.filters.refusals import FilterInvalid
from clients.models import Client
from clients.queries import visible_clients
from groups.filtering import parse_group_filter, refused_filter
from groups.models import Group
from scheduling.foresight import MOVEMENTS, Foresight, GroupChange, foresee, foresee_exception
from tenants.permissions import Permission
from tenants.rest.fields import DayField, RowField, StrictSerializer
from tenants.rest.viewsets import FirmViewSet, now


def _groups(member: Any) -> QuerySet[Group]:
    groups: QuerySet[Group] = Group.objects.all()
    return groups


class GroupChangeSerializer(StrictSerializer):
    group = RowField(_groups, required=False, allow_null=True, help_text="null or missing: a new group.")
    yearly_meetings = serializers.IntegerField(min_value=0, max_value=52, allow_null=True)
    filter = serializers.JSONField(required=False, allow_null=True, help_text="Missing: the stored one.")


class ExceptionChangeSerializer(StrictSerializer):
    client = RowField(visible_clients)
    yearly_meetings = serializers.IntegerField(min_value=1, max_value=52, allow_null=True)
    ends_on = DayField(required=False, allow_null=True)


class LoadSerializer(serializers.Serializer[Any]):
    advisor = serializers.IntegerField(allow_null=True)
    before = serializers.ListField(child=serializers.IntegerField())
    after = serializers.ListField(child=serializers.IntegerField())


class ForesightSerializer(serializers.Serializer[Any]):
    months = serializers.ListField(child=serializers.DateField(), help_text="The first days of twelve months.")
    advisors = LoadSerializer(many=True)
    counts = serializers.DictField(child=serializers.IntegerField(), help_text=", ".join(MOVEMENTS))
    entering = serializers.ListField(child=serializers.IntegerField(), help_text="Clients, 500 at most.")
    leaving = serializers.ListField(child=serializers.IntegerField())
    overdue = serializers.ListField(child=serializers.IntegerField(), help_text="Who becomes overdue at once.")


class ExceptionForesightSerializer(serializers.Serializer[Any]):
    months = serializers.ListField(child=serializers.DateField())
    before = serializers.ListField(child=serializers.DateField(), help_text="The client's meetings as things are.")
    after = serializers.ListField(child=serializers.DateField())


class ForesightViewSet(FirmViewSet):
    permissions = {"create": Permission.SET_CADENCE}
    serializer_class = GroupChangeSerializer
    is_idempotent = False

    @extend_schema(request=GroupChangeSerializer, responses={200: ForesightSerializer})
    def create(self, request: Request) -> Response:
        """Meetings for each advisor and month, today against after, with who enters, leaves or becomes overdue."""
        values = self.read_body()
        number = values["yearly_meetings"] or None
        document = _checked(values.get("filter"), drives=number is not None)
        change = GroupChange(group=values.get("group"), yearly_meetings=number, filter=document)
        return Response(ForesightSerializer(_shown(foresee(change, by=self.member, at=now()))).data)


class ExceptionForesightViewSet(FirmViewSet):
    permissions = {"create": Permission.SET_CADENCE_EXCEPTION}
    serializer_class = ExceptionChangeSerializer
    is_idempotent = False

    @extend_schema(request=ExceptionChangeSerializer, responses={200: ExceptionForesightSerializer})
    def create(self, request: Request) -> Response:
        """The dates of one client over twelve months, as things are and with the exception."""
        values = self.read_body()
        client: Client = values["client"]
        told, before, after = foresee_exception(
            client, yearly_meetings=values["yearly_meetings"], ends_on=values.get("ends_on"), at=now()
        )
        return Response({"months": told.months, "before": before, "after": after}, status=status.HTTP_200_OK)


def _checked(document: object, *, drives: bool) -> object:
    if document is None:
        return None
    try:
        return to_json(parse_group_filter(document, drives=drives))
    except FilterInvalid as problem:
        raise refused_filter(problem) from problem


def _shown(told: Foresight) -> dict[str, Any]:
    advisors = [{"advisor": one.advisor_id, "before": one.before, "after": one.after} for one in told.advisors]
    names = ("months", "counts", "entering", "leaving", "overdue")
    return {**{name: getattr(told, name) for name in names}, "advisors": advisors}
