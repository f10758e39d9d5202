"""REST: the group that a company belongs to, and who is and was linked to whom (STY-06)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clients import company_tree, queries, services
from clients.enums import ClientKind, StatusCause
from clients.models import Client, CompanyLink
from clients.queries import visible_clients
from tenants.permissions import Permission
from tenants.rest import listing
from tenants.rest.fields import RowField, StrictSerializer
from tenants.rest.viewsets import FirmViewSet, now


class BranchSerializer(serializers.Serializer[Any]):
    """A company in its group, each one below the company above it; one that the caller does not see has no name."""

    client = serializers.IntegerField(allow_null=True)
    name = serializers.CharField(allow_null=True)
    above = serializers.IntegerField(allow_null=True, help_text="The nearest company above that the caller sees.")
    depth = serializers.IntegerField(help_text="0 is the top of the group.")
    is_here = serializers.BooleanField(help_text="The company that was asked for.")


class CompanyGroupSerializer(StrictSerializer):
    version = serializers.IntegerField(read_only=True)
    parent_company = RowField(queries.visible_clients, allow_null=True, write_only=True)
    results = BranchSerializer(many=True, read_only=True)


class CompanyGroupViewSet(FirmViewSet):
    """The whole group of a company, from its top; ``version`` is the company's: what ``If-Match`` names."""

    permissions: ClassVar = {"retrieve": Permission.VIEW_CLIENTS, "update": Permission.EDIT_CLIENTS}
    serializer_class = CompanyGroupSerializer

    def get_queryset(self) -> QuerySet[Client]:
        return queries.with_record(visible_clients(self.member).filter(kind=ClientKind.COMPANY))

    def represent(self, companies: list[Client]) -> list[dict[str, Any]]:
        return [{"version": one.version, "results": _branches(one, self)} for one in companies]

    def update(self, request: Request, pk: str) -> Response:
        """Put the company, with all that stands below it, under another one; null makes it the top of its own."""
        company = self.checked(self.get_object())
        values: Any = self.read_body()
        seen = self.seen_version(company)
        services.update_client(company, values, version=seen, by=self.member, at=now(), cause=StatusCause.API)
        return self.answer(queries.with_record(Client.objects.all()).get(pk=company.pk))


def _branches(company: Client, view: FirmViewSet) -> list[dict[str, Any]]:
    branches = company_tree.group_of(company, view.member) or [company_tree.Branch(company, 0, True)]
    above: list[int | None] = []
    told = []
    for branch in branches:
        del above[branch.depth :]
        seen = [pk for pk in above if pk is not None]
        own = branch.company
        told.append(
            {
                "client": own and own.pk,
                "name": own and own.name,
                "above": seen[-1] if seen else None,
                "depth": branch.depth,
                "is_here": branch.is_here,
            }
        )
        above.append(own.pk if own else None)
    return told


class CompanyLinkSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    client = RowField(queries.visible_clients, read_only=True)
    company = RowField(queries.visible_clients, read_only=True)
    role = RowField(lambda member: queries.list_entries("contact_role"), read_only=True)
    from_on = serializers.DateField(read_only=True)
    until_on = serializers.DateField(read_only=True, allow_null=True)


class CompanyLinkViewSet(FirmViewSet):
    """Of a company its people, of a person his companies: today's links have no end. Changed by ``clients/{id}/``."""

    permissions: ClassVar = {"list": Permission.VIEW_CLIENTS}
    serializer_class = CompanyLinkSerializer
    sublists: ClassVar = {"list": listing.Sublist(orderings={"from_on": "from_on"}, usual_ordering="-from_on")}

    def get_queryset(self) -> QuerySet[Client]:
        return visible_clients(self.member)

    @extend_schema(responses=CompanyLinkSerializer(many=True))
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        client, seen = self.get_object(), visible_clients(self.member).order_by().values("pk")
        own = Q(company=client, client__in=seen) | Q(client=client, company__in=seen)
        return self.subpage(CompanyLink.objects.filter(own), self.represent)
