"""REST: clients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from clients import catalogue, queries, services, status_origins
from clients.api.shapes import ClientSerializer, as_json
from clients.enums import AccessDoor, ClientKind, ClientState, StatusCause
from clients.models import Client, StatusChange
from clients.selecting import OF_CLIENTS
from tenants.binding import local_today
from tenants.permissions import Permission
from tenants.rest import listing
from tenants.rest.fields import LARGEST_ID, member_field
from tenants.rest.keyed import BY_KEY
from tenants.rest.problems import refusal
from tenants.rest.schema import BulkResultSerializer
from tenants.rest.viewsets import FirmViewSet, now

OWN_ORDERINGS = {"id": "pk", "created_at": "created_at", "updated_at": "updated_at"}


class ClientFilters(filters.FilterSet):
    kind = filters.ChoiceFilter(choices=ClientKind.choices)
    state = filters.ChoiceFilter(choices=ClientState.choices)
    advisor = filters.NumberFilter(field_name="advisor_id")
    status = filters.NumberFilter(field_name="status_id")
    category = filters.NumberFilter(field_name="category_id")
    label = filters.NumberFilter(field_name="client_labels__label_id")
    tax_code = filters.CharFilter(method="by_tax_code")
    email = filters.CharFilter(field_name="emails__address_key", lookup_expr="exact")
    external_source = filters.CharFilter()
    external_id = filters.CharFilter()

    def by_tax_code(self, rows: QuerySet[Client], name: str, value: str) -> QuerySet[Client]:
        return rows.filter(tax_code=value.upper())


class StatusChangeSerializer(serializers.ModelSerializer[StatusChange]):
    by = member_field(read_only=True)

    class Meta:
        model = StatusChange
        fields = ("id", "from_status", "to_status", "at", "by", "cause")

    def get_fields(self) -> dict[str, Any]:
        return super().get_fields() | status_origins.fields()


class ClientViewSet(FirmViewSet):
    """Persons and companies, as far as the caller sees them. Selected by ``filter`` and ``group`` as anywhere."""

    permissions = {
        "list": Permission.VIEW_CLIENTS,
        "retrieve": Permission.VIEW_CLIENTS,
        "create": Permission.EDIT_CLIENTS,
        "partial_update": Permission.EDIT_CLIENTS,
        "bulk": Permission.EDIT_CLIENTS,
        "by_external_id": Permission.EDIT_CLIENTS,
        "archive": Permission.ARCHIVE_CLIENTS,
        "reactivate": Permission.ARCHIVE_CLIENTS,
        "deceased": Permission.ARCHIVE_CLIENTS,
        "status_history": Permission.VIEW_CLIENTS,
    }
    serializer_class = ClientSerializer
    filter_class = ClientFilters
    narrowings = (OF_CLIENTS,)
    usual_ordering = "name"
    sublists = {"status_history": listing.Sublist(orderings={"at": "at"}, usual_ordering="-at")}
    searchable = True
    has_updates = True

    @property
    def orderings(self) -> Mapping[str, str]:  # type: ignore[override]
        asked = self.request.query_params.get("ordering", self.usual_ordering).removeprefix("-")
        known = catalogue.of_all_firms()
        if asked not in known and asked not in OWN_ORDERINGS:
            known = catalogue.fields()
        sortable = {name: entry.sort for name, entry in known.items() if entry.sortable}
        return {**sortable, **OWN_ORDERINGS}

    def get_queryset(self) -> QuerySet[Client]:
        return queries.visible_clients(self.member).select_related("profile")

    def represent(self, rows: list[Client]) -> list[dict[str, Any]]:
        return as_json(rows, today=local_today(self.firm))

    def search(self, rows: QuerySet[Client], text: str) -> QuerySet[Client]:
        return queries.search_clients(rows, text)

    def narrow(self, rows: QuerySet[Client], wanted: listing.Wanted) -> QuerySet[Client]:
        return catalogue.sorted_by(super().narrow(rows, wanted), wanted.ordering)[0]

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One client. The id of one who was merged into another leads there (302); changing it is a 404."""
        try:
            answer = super().retrieve(request, *args, **kwargs)
            self._note_look()
            return answer
        except Http404:
            pk = int(self.kwargs["pk"])
            survivor = queries.survivor_of(pk) if pk <= LARGEST_ID else None
            if survivor is None or not self.get_queryset().filter(pk=survivor).exists():
                raise
        address = reverse("api:clients-detail", kwargs={"pk": survivor}, request=request)
        return Response(status=status.HTTP_302_FOUND, headers={"Location": address})

    def _note_look(self) -> None:
        """Who reads a record is written down (Garante 192/2011), here as on the pages."""
        address = self.request.META.get("REMOTE_ADDR")
        looked: dict[str, Any] = {"by": self.member, "door": AccessDoor.API, "address": address, "at": now()}
        services.note_look([int(self.kwargs["pk"])], is_reading=True, **looked)

    def create(self, request: Request) -> Response:
        client, _created = self._write(request.data)
        return self.answer(self._read_again(client), status.HTTP_201_CREATED)

    def partial_update(self, request: Request, pk: str) -> Response:
        client = self.checked(self.get_object())
        values: Any = self.read_body(partial=True)
        seen = self.seen_version(client)
        services.update_client(client, values, version=seen, by=self.member, at=now(), cause=StatusCause.API)
        return self.answer(self._read_again(client))

    @extend_schema(request=ClientSerializer(many=True), responses=BulkResultSerializer)
    @action(detail=False, methods=["post"])
    def bulk(self, request: Request) -> Response:
        """Up to 500 clients at once, each with its own status; one with an ``id`` is changed."""
        return self.each(self._write)

    @extend_schema(responses={200: ClientSerializer, 201: ClientSerializer})
    @action(detail=False, methods=["put"], url_path=BY_KEY, url_name="by-external-id")
    def by_external_id(self, request: Request, source: str, external_id: str) -> Response:
        """Create the client with this key, or change him."""
        key = {"external_source": source, "external_id": external_id}
        client, is_own = queries.with_external_id(self.member, source, external_id)
        if client is None:
            values: Any = {**self.read_body(), **key}
            made = services.create_client(values, by=self.member, at=now(), cause=StatusCause.API)
            return self.answer(self._read_again(made), status.HTTP_201_CREATED)
        self.checked(client)
        changed: Any = {**self.read_body(partial=True), **(key if is_own else {})}
        seen = self.seen_version(client)
        services.update_client(client, changed, version=seen, by=self.member, at=now(), cause=StatusCause.API)
        return self.answer(self._read_again(client))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def archive(self, request: Request, pk: str) -> Response:
        """Stop serving the client: no cadence any more, the history stays."""
        return self._stand(services.archive)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def reactivate(self, request: Request, pk: str) -> Response:
        return self._stand(services.reactivate)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def deceased(self, request: Request, pk: str) -> Response:
        return self._stand(services.mark_deceased)

    @extend_schema(responses=StatusChangeSerializer(many=True))
    @action(detail=True, methods=["get"], url_path="status-history")
    def status_history(self, request: Request, pk: str) -> Response:
        """From, to, when, by whom, why; latest first."""
        rows = queries.status_history(self.get_object())
        return self.subpage(rows, lambda changes: StatusChangeSerializer(changes, many=True).data)

    def _write(self, item: Any) -> tuple[Client, bool]:
        """Create the client that an item describes, or change the one it names."""
        if isinstance(item, dict) and "id" in item:
            return self._change(item), False
        values: Any = self.read(item)
        return services.create_client(values, by=self.member, at=now(), cause=StatusCause.API), True

    def _change(self, item: dict[str, Any]) -> Client:
        values: Any = self.read(item, partial=True)
        pk = item["id"]
        known = isinstance(pk, int) and not isinstance(pk, bool) and 0 < pk < 2**63
        client = self.get_queryset().filter(pk=pk).first() if known else None
        if client is None:
            raise refusal("id", "does_not_exist", _("There is no such row."))
        return services.update_client(client, values, version=None, by=self.member, at=now(), cause=StatusCause.API)

    def _stand(self, change: Any) -> Response:
        client = self.checked(self.get_object())
        change(Client.objects.filter(pk=client.pk), by=self.member, at=now())
        return self.answer(self._read_again(client))

    def _read_again(self, client: Client) -> Client:
        """As it stands now, even if the caller has just given it out of his sight."""
        found: Client = Client.objects.select_related("profile").get(pk=client.pk)
        return found
