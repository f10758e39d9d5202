"""REST: households, and what is done with a whole record: consents, dossier, erasure."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from clients import dossier, queries, services
from clients.enums import AccessDoor, ConsentPurpose, ConsentSource, ErasureGround
from clients.models import Client, Consent, Erasure, Household
from clients.queries import visible_clients
from clients.services import ConsentGiven
from tenants.permissions import Permission
from tenants.rest import listing
from tenants.rest.editing import DeletableViewSet
from tenants.rest.fields import LARGEST_ID, DayField, StrictSerializer, member_field, money
from tenants.rest.problems import refusal
from tenants.rest.viewsets import FirmViewSet, now


class HouseholdSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=150)
    notes = serializers.CharField(max_length=5000, allow_blank=True, required=False)
    external_id = serializers.CharField(max_length=100, allow_blank=True, required=False)
    members = serializers.IntegerField(read_only=True)
    aum = money(read_only=True, allow_null=True)
    version = serializers.IntegerField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)


class HouseholdViewSet(DeletableViewSet):
    """Families; who is in one stands in the client's ``household`` and ``household_role``."""

    permissions: ClassVar = {
        "list": Permission.VIEW_CLIENTS,
        "retrieve": Permission.VIEW_CLIENTS,
        "create": Permission.EDIT_CLIENTS,
        "bulk": Permission.EDIT_CLIENTS,
        "partial_update": Permission.EDIT_CLIENTS,
        "destroy": Permission.ARCHIVE_CLIENTS,
        "restore": Permission.ARCHIVE_CLIENTS,
    }
    serializer_class = HouseholdSerializer
    orderings: ClassVar = {"id": "pk", "name": "name_key"}
    searched = ("name",)
    usual_ordering = "name"
    has_updates = True

    def get_queryset(self) -> QuerySet[Household]:
        return queries.with_totals(queries.visible_households(self.member))

    def add(self, values: dict[str, Any]) -> Household:
        return self._again(services.save_household(Household(), **values, by=self.member))

    def change(self, row: Household, values: dict[str, Any]) -> Household:
        known = {name: getattr(row, name) for name in ("name", "notes", "external_id")}
        return self._again(services.save_household(row, **known | values, by=self.member))

    def remove(self, row: Household) -> None:
        """Its members stay, in no household. It can be taken back for a month."""
        services.delete_household(row, by=self.member, at=now())

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        """Undo of a deletion. Members who have come into another household meanwhile stay there."""
        gone = queries.deleted_household(self.member, min(int(pk), LARGEST_ID))
        services.restore_household(gone or self.get_object(), by=self.member, at=now())
        return self.answer(self.get_object())

    def _again(self, household: Household) -> Household:
        found: Household = queries.with_totals(Household.objects.all()).get(pk=household.pk)
        return found


class OfAClient(FirmViewSet):
    """``clients/{id}/…/``: of a client whom the caller sees."""

    def get_queryset(self) -> QuerySet[Client]:
        return queries.with_record(visible_clients(self.member))

    @property
    def client(self) -> Client:
        client: Client = self.get_object()
        return client


class ConsentSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    purpose = serializers.ChoiceField(choices=ConsentPurpose.choices)
    granted = serializers.BooleanField()
    on = DayField()
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=ConsentSource.choices, required=False, default=ConsentSource.API
    )
    proof = serializers.CharField(max_length=300, allow_blank=True, required=False)
    by = member_field(read_only=True)
    at = serializers.DateTimeField(read_only=True)


class ClientConsentViewSet(OfAClient):
    """The ledger of consents, latest first; a new line is also today's state in the record."""

    permissions: ClassVar = {"list": Permission.VIEW_CLIENTS, "create": Permission.EDIT_CLIENTS}
    serializer_class = ConsentSerializer
    sublists = {"list": listing.Sublist(orderings={"at": "at"}, usual_ordering="-at")}

    @extend_schema(responses=ConsentSerializer(many=True))
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.subpage(queries.consents_of(self.client), self.represent)

    def create(self, request: Request, pk: str) -> Response:
        client, given = self.client, self.read_body()
        given |= {"purpose": ConsentPurpose(given["purpose"]), "source": ConsentSource(given["source"])}
        line: Consent = services.record_consent(client, ConsentGiven(**given), by=self.member, at=now())
        return Response(self.represent([line])[0], status.HTTP_201_CREATED)


class ErasureSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    ground = serializers.ChoiceField(choices=ErasureGround.choices)
    confirmed_name = serializers.CharField(
        max_length=210, write_only=True, help_text="The client's name, as it stands."
    )
    at = serializers.DateTimeField(read_only=True)
    counts = serializers.DictField(read_only=True)


class ClientRightsViewSet(OfAClient):
    """The dossier of a person, and his erasure."""

    permissions: ClassVar = {"retrieve": Permission.PROTECT_PERSONS, "create": Permission.PROTECT_PERSONS}
    serializer_class = ErasureSerializer

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Everything that the firm holds about the person."""
        client, at = self.client, now()
        address = request.META.get("REMOTE_ADDR")
        services.note_look(
            [client.pk], by=self.member, door=AccessDoor.DOSSIER, address=address, at=at, is_reading=False
        )
        return Response(dossier.build(client, at=at).as_json())

    def create(self, request: Request, pk: str) -> Response:
        """Erase the person for good. ``confirmed_name`` must be the name, as a check against the wrong id."""
        client, given = self.client, self.read_body()
        if given["confirmed_name"] != client.name:
            raise refusal("confirmed_name", "not_confirmed", _("This is not the name."))
        erasure: Erasure = services.erase_client(
            client, ground=ErasureGround(given["ground"]), by=self.member, at=now()
        )
        return Response(self.represent([erasure])[0], status.HTTP_201_CREATED)
