"""REST: what management systems tell (O-54): receipts, invoices, commissions, contracts."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from clients import queries, services
from clients.enums import ManagementKind
from clients.models import ManagementEvent
from clients.queries import visible_clients
from clients.selecting import BY_CLIENT
from clients.services import NewManagementEvent
from tenants.permissions import Permission
from tenants.rest.fields import LARGEST_ID, DayField, RowField, StrictSerializer, money
from tenants.rest.keyed import BY_KEY
from tenants.rest.problems import problem_of, refusal
from tenants.rest.schema import BulkResultSerializer
from tenants.rest.viewsets import MOST_AT_ONCE, FirmViewSet


class ManagementEventSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    client = RowField(visible_clients)
    company = serializers.IntegerField(source="company_id", read_only=True, allow_null=True)
    kind = serializers.ChoiceField(choices=ManagementKind.choices)
    on = DayField()
    number = serializers.CharField(max_length=50, allow_blank=True, required=False)
    amount = money(required=False, allow_null=True)
    description = serializers.CharField(max_length=300, allow_blank=True, required=False)
    external_source = serializers.CharField(max_length=50, allow_blank=True, required=False)
    external_id = serializers.CharField(
        max_length=100, required=False, help_text="Left out: kind and number. The same key again changes the event."
    )
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)


class _Item(ManagementEventSerializer):
    """One of many: the clients of all of them are looked up together."""

    client = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)  # type: ignore[assignment]


class ManagementEventFilters(filters.FilterSet):
    client = filters.NumberFilter(field_name="client_id")
    company = filters.NumberFilter(field_name="company_id")
    kind = filters.ChoiceFilter(choices=ManagementKind.choices)
    from_day = filters.DateFilter(field_name="on", lookup_expr="gte")
    to_day = filters.DateFilter(field_name="on", lookup_expr="lte")
    external_source = filters.CharFilter()
    external_id = filters.CharFilter()


class ManagementEventViewSet(FirmViewSet):
    """Received, never written by hand; a key that is known brings its event up to date."""

    permissions = {
        "list": Permission.VIEW_CLIENTS,
        "retrieve": Permission.VIEW_CLIENTS,
        "create": Permission.IMPORT_CLIENTS,
        "destroy": Permission.IMPORT_CLIENTS,
        "bulk": Permission.IMPORT_CLIENTS,
        "by_external_id": Permission.IMPORT_CLIENTS,
    }
    serializer_class = ManagementEventSerializer
    filter_class = ManagementEventFilters
    narrowings = (BY_CLIENT,)
    orderings = {"id": "pk", "on": "on", "updated_at": "updated_at"}
    usual_ordering = "-on"
    has_updates = True

    def get_queryset(self) -> QuerySet[ManagementEvent]:
        return queries.visible_management_events(self.member)

    def create(self, request: Request) -> Response:
        return self._enter(self.read_body())

    @extend_schema(responses={200: ManagementEventSerializer, 201: ManagementEventSerializer})
    @action(detail=False, methods=["put"], url_path=BY_KEY, url_name="by-external-id")
    def by_external_id(self, request: Request, source: str, external_id: str) -> Response:
        """Enter the event with this key, or bring it up to date."""
        return self._enter(self.read_body() | {"external_source": source, "external_id": external_id})

    def destroy(self, request: Request, pk: str) -> Response:
        """The system that sent it has withdrawn it."""
        services.delete_management_event(self.checked(self.get_object()), by=self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=ManagementEventSerializer(many=True), responses=BulkResultSerializer)
    @action(detail=False, methods=["post"])
    def bulk(self, request: Request) -> Response:
        """Up to 500 at once, each with its own status; a handful of statements however many they are."""
        items = request.data
        if not isinstance(items, list) or not 1 <= len(items) <= MOST_AT_ONCE:
            message = _("This must be a list of 1 to %(most)s items.") % {"most": MOST_AT_ONCE}
            raise exceptions.ValidationError({"": [exceptions.ErrorDetail(message, code="not_a_list")]})
        results: list[dict[str, Any]] = [{} for _item in items]
        accepted = self._accepted(items, results)
        entered = services.enter_management_events(list(accepted.values()), by=self.member)
        for place, each in zip(accepted, entered, strict=True):
            results[place] = {"status": 201 if each.is_new else 200, "id": each.row.pk, "errors": []}
        return Response({"results": results})

    def _accepted(self, items: list[Any], results: list[dict[str, Any]]) -> dict[int, NewManagementEvent]:
        """What can be entered, by its place; of the others the result says why not."""
        read: dict[int, NewManagementEvent] = {}
        for place, item in enumerate(items):
            try:
                read[place] = _entry(self.read(item, serializer=_Item))
            except exceptions.ValidationError as error:
                results[place] = _refused(error)
        seen = set(
            visible_clients(self.member)
            .filter(pk__in={entry.client_id for entry in read.values()})
            .values_list("pk", flat=True)
        )
        for place, entry in list(read.items()):
            if entry.client_id not in seen:
                results[place] = _refused(refusal("client", "does_not_exist", _("There is no such row.")))
                del read[place]
        places = list(read)
        for number, refused in services.refusals_of(list(read.values()), by=self.member).items():
            results[places[number]] = _refused(refused)
            del read[places[number]]
        return read

    def _enter(self, values: dict[str, Any]) -> Response:
        entry = _entry({**values, "client": values["client"].pk})
        refused = services.refusals_of([entry], by=self.member)
        if refused:
            raise refused[0]
        [entered] = services.enter_management_events([entry], by=self.member)
        row = ManagementEvent.objects.get(pk=entered.row.pk)
        return self.answer(row, status.HTTP_201_CREATED if entered.is_new else status.HTTP_200_OK)


def _entry(values: dict[str, Any]) -> NewManagementEvent:
    client_id, kind = values.pop("client"), ManagementKind(values.pop("kind"))
    return NewManagementEvent(client_id=client_id, kind=kind, **values)


def _refused(error: exceptions.ValidationError | ValidationError) -> dict[str, Any]:
    problem = problem_of(error)
    errors: Any = problem.body()["errors"] if problem is not None else []
    return {"status": 400, "id": None, "errors": errors}
