"""The record of a client as JSON: what is read from a body, and what is written into an answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from clients import communes, contributed, doubts, queries
from clients.api import custom
from clients.api.custom import CustomValuesField
from clients.defaults import CODED
from clients.enums import ClientState, PhoneKind
from clients.fields import MoneyField
from clients.filters.folding import fold
from clients.models import Address, Client, ClientLabel, Email, Household, Label, ListEntry, Phone, Profile, Status
from clients.values import OF_CLIENT, OF_PROFILE
from tenants.binding import bound_firm_id
from tenants.models import Membership
from tenants.rest.fields import LARGEST_ID, RowField, StrictSerializer, member_field, money

MOST_CONTACTS = 20
MOST_LABELS = 100
FIRST = ("id", "kind", "name")
LAST = ("version", "created_at", "updated_at")
OF_PLACE = ("city", "province", "postal_code", "country")
COLLECTIONS = ("emails", "phones", "addresses", "labels")


class EmailSerializer(StrictSerializer):
    address = serializers.CharField(max_length=254)
    for_communications = serializers.BooleanField(required=False)


class PhoneSerializer(StrictSerializer):
    number = serializers.CharField(max_length=40)
    kind = serializers.ChoiceField(choices=PhoneKind.choices, required=False)


class AddressSerializer(StrictSerializer):
    street = serializers.CharField(max_length=200, allow_blank=True, required=False)
    postal_code = serializers.CharField(max_length=12, allow_blank=True, required=False)
    city = serializers.CharField(max_length=100, allow_blank=True, required=False)
    province = serializers.CharField(max_length=2, allow_blank=True, required=False)
    country = serializers.CharField(max_length=2, allow_blank=True, required=False)
    latitude = serializers.DecimalField(max_digits=9, decimal_places=6, required=False, allow_null=True)
    longitude = serializers.DecimalField(max_digits=9, decimal_places=6, required=False, allow_null=True)


# Any: a serializer of many takes the parameters of a list as well.
CONTACTS: dict[str, Any] = {"emails": EmailSerializer, "phones": PhoneSerializer, "addresses": AddressSerializer}


@extend_schema_field(
    {"type": "array", "maxItems": MOST_LABELS, "items": {"anyOf": [{"type": "integer"}, {"type": "string"}]}}
)
class LabelsField(serializers.Field[Any, Any, Any, Any]):
    """The labels of a client, by id or by name; answers give ids."""

    default_error_messages = {
        "not_a_list": _("This must be a list of at most %(most)s labels.") % {"most": MOST_LABELS},
        "does_not_exist": _("There is no such label: {name}."),
    }

    def to_internal_value(self, data: Any) -> list[Label]:
        if not isinstance(data, list) or len(data) > MOST_LABELS:
            self.fail("not_a_list")
        ids = {pk for pk in data if isinstance(pk, int) and not isinstance(pk, bool) and 0 < pk <= LARGEST_ID}
        keys = {fold(name) for name in data if isinstance(name, str) and "\0" not in name}
        found = list(Label.objects.filter(Q(pk__in=ids) | Q(name_key__in=keys))) if data else []
        named = {label.pk for label in found} | {label.name_key for label in found}
        for asked in data:
            if not isinstance(asked, int | str) or isinstance(asked, bool) or _key(asked) not in named:
                self.fail("does_not_exist", name=str(asked)[:60])
        return found


def _key(asked: int | str) -> int | str:
    return fold(asked) if isinstance(asked, str) else asked


class WarningSerializer(serializers.Serializer[Any]):
    """What of the record does not fit together; it was saved all the same."""

    field = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class ClientSerializer(StrictSerializer):
    """A person or company. What is absent from a body stays as it is."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields: dict[str, Any] = {"id": serializers.IntegerField(read_only=True)}
        fields |= {name: _field(Client, name) for name in OF_CLIENT}
        fields["name"] = serializers.CharField(read_only=True, help_text="As lists show it.")
        fields["state"] = serializers.ChoiceField(choices=ClientState.choices, read_only=True)
        fields |= {name: _field(Profile, name) for name in OF_PROFILE}
        for name, kind in CONTACTS.items():
            fields[name] = kind(many=True, required=False, max_length=MOST_CONTACTS)
        fields["labels"] = LabelsField(required=False)
        fields["custom"] = CustomValuesField(required=False)
        fields["warnings"] = WarningSerializer(many=True, read_only=True)
        fields["version"] = serializers.IntegerField(read_only=True)
        fields["created_at"] = serializers.DateTimeField(read_only=True)
        fields["updated_at"] = serializers.DateTimeField(read_only=True)
        for part in contributed.parts().values():
            fields[part.name] = part.serializer(read_only=True, many=part.many)
        return fields


def as_json(clients: Sequence[Client], *, today: date) -> list[dict[str, Any]]:
    """The records of clients loaded with their profile; the number of statements does not depend on how many."""
    beside = _beside([client.pk for client in clients])
    parts = contributed.parts().values()
    return [
        {
            **_columns(client),
            **_collections(beside[client.pk]),
            "warnings": _warnings(client, beside[client.pk]["addresses_"]),
            **{part.name: part.read(client, beside[client.pk][f"{part.name}_"], today) for part in parts},
        }
        for client in clients
    ]


def _warnings(client: Client, addresses: Iterable[dict[str, Any]]) -> list[dict[str, str]]:
    places = (communes.Place(*(row[name] for name in OF_PLACE)) for row in addresses)
    return [asdict(doubt) for doubt in doubts.of_record(client, places)]


def _columns(client: Client) -> dict[str, Any]:
    profile = client.profile
    values: dict[str, Any] = {"id": client.pk}
    values |= {name: _plain(getattr(client, attribute)) for name, attribute in _CLIENT}
    values |= {"name": client.name, "state": client.state}
    values |= {name: _plain(getattr(profile, attribute)) for name, attribute in _PROFILE}
    values |= {"version": client.version, "created_at": client.created_at, "updated_at": client.updated_at}
    return values


def _attributes(model: type[models.Model], names: Iterable[str]) -> list[tuple[str, str]]:
    return [(name, model._meta.get_field(name).attname) for name in names]  # type: ignore[union-attr]


_CLIENT = _attributes(Client, OF_CLIENT)
_PROFILE = _attributes(Profile, OF_PROFILE)


def _plain(value: Any) -> Any:
    """Dates and amounts as text; everything else is JSON already."""
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, str | int) else format(value, ".2f")


def _beside(ids: list[int]) -> dict[int, dict[str, Any]]:
    """What other tables hold of all the clients, in one statement: contacts, labels, user fields, contributed parts."""
    return {row["pk"]: row for row in _stored(bound_firm_id()).filter(pk__in=ids)} if ids else {}


@lru_cache(maxsize=50)
def _stored(firm_id: int) -> QuerySet[Client, dict[str, Any]]:
    """That statement but for the ids: to build it takes longer than to run it. It names the firm: one for each."""
    clients: QuerySet[Client] = Client.objects.all()
    rows = clients.annotate(
        custom_=custom.stored(),
        emails_=_rows(Email, "address", "for_communications"),
        phones_=_rows(Phone, "number", "kind"),
        addresses_=_rows(Address, "street", "postal_code", "city", "province", "country", "latitude", "longitude"),
        labels_=ArraySubquery(
            ClientLabel.objects.filter(client=OuterRef("pk")).order_by("label_id").values("label_id")
        ),
        **{f"{part.name}_": part.stored() for part in contributed.parts().values()},
    )
    stored: QuerySet[Client, dict[str, Any]] = rows.values("pk", *rows.query.annotations)
    return stored


def _collections(beside: dict[str, Any]) -> dict[str, Any]:
    collections = {name: beside[f"{name}_"] for name in COLLECTIONS}
    for address in collections["addresses"]:
        address.update({name: _degrees(address[name]) for name in ("latitude", "longitude")})
    return collections | {"custom": custom.as_json(beside["custom_"])}


def _degrees(stored: int | None) -> str | None:
    """Millionths of a degree, as the statement gives them, in degrees."""
    return None if stored is None else str(Decimal(stored).scaleb(-6))


def _rows(model: type[Any], *names: str) -> ArraySubquery:
    own = model.objects.filter(client=OuterRef("pk")).order_by("position")
    return ArraySubquery(own.values(row=JSONObject(**{name: name for name in names})))


def _field(model: type[models.Model], name: str) -> serializers.Field[Any, Any, Any, Any]:
    field: Any = model._meta.get_field(name)
    if isinstance(field, models.ForeignKey):
        return _reference(field)
    if field.choices:
        return serializers.ChoiceField(choices=field.choices, allow_blank=field.blank, required=False)
    if isinstance(field, MoneyField):
        return money(required=False, allow_null=True, min_value=0)
    if isinstance(field, models.DateField):
        return serializers.DateField(required=False, allow_null=True)
    if isinstance(field, models.BooleanField):
        return serializers.BooleanField(required=False, allow_null=True)
    return serializers.CharField(required=False, allow_blank=True, max_length=field.max_length or 20_000)


@extend_schema_field({"anyOf": [{"type": "integer", "format": "int64"}, {"type": "string"}]})
class CodedEntryField(RowField):
    """An entry of a list by its id, or by the code of one that the product supplied; answers give the id."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            return super().to_internal_value(data)
        if not data:
            return None
        row = None if "\0" in data else self.rows(self.context["member"]).filter(code=data[:100]).first()
        return row or self.fail("does_not_exist")


def _reference(field: Any) -> RowField:
    if field.related_model is Membership:
        return member_field(required=False, allow_null=True)
    if field.name in CODED:
        return CodedEntryField(lambda member: queries.list_entries(field.name), required=False, allow_null=True)
    rows = {
        Client: queries.visible_clients,
        Household: queries.visible_households,
        Status: lambda member: queries.statuses(),
        ListEntry: lambda member: queries.list_entries(field.name),
    }.get(field.related_model, lambda member: field.related_model.objects.all())
    return RowField(rows, required=False, allow_null=field.null)
