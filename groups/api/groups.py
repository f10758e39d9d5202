"""REST: groups, their members, what a filter would mean, and why a client is in one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from clients.filters.refusals import FilterInvalid
from clients.models import Client
from clients.queries import visible_clients
from clients.refused_filters import named_faults
from groups import queries, services
from groups.enums import GroupKind
from groups.filtering import parse_group_filter, problem_of, problem_of_search
from groups.models import Group, SavedSearch
from groups.services import GroupDetails, SearchDetails
from groups.wording import Line, outline_of_verdict
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.rest import listing
from tenants.rest.editing import DeletableViewSet
from tenants.rest.fields import LARGEST_ID, RowField, RowsField, StrictSerializer
from tenants.rest.problems import refusal
from tenants.rest.viewsets import now

MOST_MEMBERS_AT_ONCE = 500


class GroupSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=100)
    description = serializers.CharField(allow_blank=True, required=False, max_length=5_000)
    kind = serializers.ChoiceField(choices=GroupKind.choices, required=False)
    filter = serializers.JSONField(required=False, allow_null=True)
    yearly_meetings = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=52)
    active = serializers.BooleanField(required=False)
    member_count = serializers.IntegerField(read_only=True, help_text="As of the last night.")
    filter_error = serializers.SerializerMethodField(help_text="Why the filter can no longer be used; else empty.")
    version = serializers.IntegerField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)

    def get_filter_error(self, group: Group) -> str:
        """In the caller's language; what the night keeps is nobody's."""
        return problem_of(group)


class MemberSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class MembersSerializer(StrictSerializer):
    clients = RowsField(visible_clients, most=MOST_MEMBERS_AT_ONCE)


class PreviewSerializer(StrictSerializer):
    filter = serializers.JSONField()
    group = RowField(lambda member: queries.groups(), required=False, allow_null=True)


class SampleSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    sample = MemberSerializer(many=True)
    entering_count = serializers.IntegerField()
    entering = MemberSerializer(many=True)
    leaving_count = serializers.IntegerField()
    leaving = MemberSerializer(many=True)


class WhySerializer(serializers.Serializer[Any]):
    is_member = serializers.BooleanField()
    reasons = serializers.ListField(child=serializers.JSONField())


class GroupFilters(filters.FilterSet):
    active = filters.BooleanFilter()
    kind = filters.ChoiceFilter(choices=GroupKind.choices)


class GroupViewSet(DeletableViewSet):
    """Groups, dynamic (a filter) and fixed (picked by hand); with a number they drive their members' cadence."""

    permissions = {
        "list": Permission.VIEW_GROUPS,
        "retrieve": Permission.VIEW_GROUPS,
        "create": Permission.EDIT_GROUPS,
        "bulk": Permission.EDIT_GROUPS,
        "partial_update": Permission.EDIT_GROUPS,
        "destroy": Permission.EDIT_GROUPS,
        "members": Permission.VIEW_GROUPS,
        "add_members": Permission.EDIT_GROUPS,
        "remove_members": Permission.EDIT_GROUPS,
        "preview": Permission.VIEW_GROUPS,
        "why": Permission.VIEW_GROUPS,
    }
    serializer_class = GroupSerializer
    filter_class = GroupFilters
    orderings = {"id": "pk", "name": "name", "yearly_meetings": "yearly_meetings", "updated_at": "updated_at"}
    searched = ("name", "description")
    usual_ordering = "name"
    sublists = {"members": listing.Sublist(orderings={"name": "name_key", "id": "pk"}, usual_ordering="name")}
    has_updates = True

    def get_queryset(self) -> QuerySet[Group]:
        return queries.groups()

    def add(self, values: dict[str, Any]) -> Group:
        self._may_set_number(values)
        number, active = values.pop("yearly_meetings", None), values.pop("active", True)
        _named_faults(values, drives=number is not None)
        group = services.create_group(_details(values), by=self.member, at=now(), yearly_meetings=number)
        if not active:
            services.deactivate_group(group, by=self.member, at=now())
        return self._again(group)

    def change(self, row: Group, values: dict[str, Any]) -> Group:
        self._may_set_number(values)
        self._change(row, values)
        return self._again(row)

    def remove(self, row: Group) -> None:
        services.delete_group(row, by=self.member, at=now())

    @extend_schema(responses=MemberSerializer(many=True))
    @action(detail=True, methods=["get"])
    def members(self, request: Request, pk: str) -> Response:
        """The members whom the caller sees, by the filter at this moment (REL-07)."""
        return self.subpage(self._members(self.get_object()), _named)

    @extend_schema(request=MembersSerializer, responses=GroupSerializer)
    @members.mapping.post
    def add_members(self, request: Request, pk: str) -> Response:
        """Put clients into a fixed group."""
        return self._pick(services.add_members)

    @extend_schema(request=MembersSerializer, responses=GroupSerializer)
    @action(detail=True, methods=["post"], url_path="members/remove", url_name="members-remove")
    def remove_members(self, request: Request, pk: str) -> Response:
        """Take clients out of a fixed group."""
        return self._pick(services.remove_members)

    @extend_schema(request=PreviewSerializer, responses=SampleSerializer)
    @action(detail=False, methods=["post"])
    def preview(self, request: Request) -> Response:
        """What a filter would mean: how many, a sample, and for an existing group who would enter and leave."""
        values = self.read_body(serializer=PreviewSerializer)
        group: Group | None = values.get("group")
        drives = group is not None and group.yearly_meetings is not None
        expression = _named_faults(values, drives=drives)
        today = local_today(self.firm)
        found = queries.preview(expression, visible_clients(self.member), today=today, group=group)
        return Response(
            {
                "count": found.count,
                "sample": _named(found.sample),
                "entering_count": found.entering_count,
                "entering": _named(found.entering),
                "leaving_count": found.leaving_count,
                "leaving": _named(found.leaving),
            }
        )

    @extend_schema(parameters=[OpenApiParameter("client", int, required=True)], responses=WhySerializer)
    @action(detail=True, methods=["get"])
    def why(self, request: Request, pk: str) -> Response:
        """Why a client is in the group, or is not: each part of the filter with whether it holds."""
        listing.refuse_unknown(request, {"client"})
        group, client = self.get_object(), self._client()
        try:
            found = queries.why(group, client, today=local_today(self.firm))
        except FilterInvalid as invalid:
            raise named_faults(invalid) from None
        reasons = list(_lines(outline_of_verdict(found.verdict))) if found.verdict else []
        return Response({"is_member": found.is_member, "reasons": reasons})

    def _client(self) -> Client:
        given = self.request.query_params.get("client", "")
        if not given.isascii() or not given.isdigit() or int(given[:19]) > LARGEST_ID:
            raise refusal("client", "not_an_id", _("This must be an id."))
        client = visible_clients(self.member).filter(pk=int(given)).first()
        if client is None:
            raise Http404
        return client

    def _members(self, group: Group) -> QuerySet[Client]:
        try:
            return queries.members_of(group, visible_clients(self.member), today=local_today(self.firm))
        except FilterInvalid:
            return Client.objects.none()

    def _pick(self, pick: Any) -> Response:
        group = self.get_object()
        rows = self.read_body(serializer=MembersSerializer)["clients"]
        pick(group, Client.objects.filter(pk__in=[row.pk for row in rows]), by=self.member, at=now())
        return self.answer(self._again(group))

    def _change(self, group: Group, values: dict[str, Any]) -> None:
        """The parts of the body by the services that own them; the last check of the version is under the lock."""
        at, seen = now(), self.seen_version(group)
        if values.keys() & {"name", "description", "kind", "filter"}:
            asked = {name: values.get(name, getattr(group, name)) for name in ("name", "description", "kind", "filter")}
            _named_faults(asked, drives=values.get("yearly_meetings", group.yearly_meetings) is not None)
            group = services.edit_group(group, _details(asked), by=self.member, at=at, version=seen)
        if "yearly_meetings" in values:
            group = services.set_yearly_meetings(group, values["yearly_meetings"], by=self.member, at=at)
        if "active" in values:
            change = services.activate_group if values["active"] else services.deactivate_group
            change(group, by=self.member, at=at)

    def _may_set_number(self, values: dict[str, Any]) -> None:
        if "yearly_meetings" in values and not self.member.can(Permission.SET_CADENCE):
            raise refusal("yearly_meetings", "permission_denied", _("You may not do this."))

    def _again(self, group: Group) -> Group:
        return self.get_queryset().get(pk=group.pk)


def _details(values: dict[str, Any]) -> GroupDetails:
    given = {name: values[name] for name in ("name", "description", "filter") if name in values}
    return GroupDetails(kind=GroupKind(values.get("kind", GroupKind.DYNAMIC)), **given)


def _named_faults(values: dict[str, Any], *, drives: bool) -> Any:
    """The filter of a dynamic group, refused with the path of each fault."""
    if values.get("kind") == GroupKind.FIXED:
        return None
    try:
        return parse_group_filter(values.get("filter"), drives=drives)
    except FilterInvalid as invalid:
        raise named_faults(invalid) from None


def _named(clients: Any) -> list[dict[str, Any]]:
    return [{"id": client.pk, "name": client.name} for client in clients]


def _lines(line: Line) -> Iterator[dict[str, Any]]:
    yield {"text": line.text, "holds": line.holds, "inside": [each for part in line.inside for each in _lines(part)]}


class SearchSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=100)
    description = serializers.CharField(allow_blank=True, required=False, max_length=5_000)
    filter = serializers.JSONField()
    problem = serializers.CharField(read_only=True, help_text="Why the filter can no longer be used.")
    version = serializers.IntegerField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)


class SearchViewSet(DeletableViewSet):
    """Saved searches (Ricerche memorizzate): what macros work on."""

    permissions = {
        "list": Permission.VIEW_GROUPS,
        "retrieve": Permission.VIEW_GROUPS,
        "create": Permission.CONFIGURE,
        "bulk": Permission.CONFIGURE,
        "partial_update": Permission.CONFIGURE,
        "destroy": Permission.CONFIGURE,
    }
    serializer_class = SearchSerializer
    orderings = {"id": "pk", "name": "name", "updated_at": "updated_at"}
    searched = ("name", "description")
    usual_ordering = "name"
    has_updates = True

    def get_queryset(self) -> QuerySet[SavedSearch]:
        return queries.saved_searches()

    def represent(self, rows: list[Any]) -> list[dict[str, Any]]:
        for row in rows:
            row.problem = problem_of_search(row)
        return super().represent(rows)

    def add(self, values: dict[str, Any]) -> SavedSearch:
        _named_faults(values, drives=False)
        return services.create_search(SearchDetails(**values), by=self.member)

    def change(self, row: SavedSearch, values: dict[str, Any]) -> SavedSearch:
        asked = {name: getattr(row, name) for name in ("name", "description", "filter")} | values
        _named_faults(asked, drives=False)
        return services.edit_search(row, SearchDetails(**asked), by=self.member, version=self.seen_version(row))

    def remove(self, row: SavedSearch) -> None:
        services.delete_search(row, by=self.member)
