"""REST: user fields (campi utente), their definitions and the values in ``custom{}`` of a client."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import django_filters as filters
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from clients import queries, services
from clients.api.ordering import OrderedViewSet, PlaceField
from clients.custom.definitions import Definition, definitions
from clients.custom.values import Value
from clients.enums import CustomType, FormPlace
from clients.fields import MoneyField, NumberField
from clients.models import CustomField, CustomValue, ListEntry
from tenants.rest.editing import CONFIGURED
from tenants.rest.fields import StrictSerializer

MOST_CHOICES = 100

Read = Callable[[Definition, Any], Value]


def _text(definition: Definition, given: Any) -> str:
    if not isinstance(given, str):
        raise serializers.ValidationError(_("This must be text."), code="not_text")
    return given


def _number(definition: Definition, given: Any) -> Decimal:
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        raise serializers.ValidationError(_("This must be a number."), code="not_a_number")
    found: Decimal = serializers.DecimalField(max_digits=None, decimal_places=None).run_validation(str(given)[:60])
    return found


def _day(definition: Definition, given: Any) -> date:
    found: date = serializers.DateField().run_validation(given)
    return found


def _flag(definition: Definition, given: Any) -> bool:
    if not isinstance(given, bool):
        raise serializers.ValidationError(_("This must be true or false."), code="not_a_boolean")
    return given


def _entry(definition: Definition, given: Any) -> ListEntry:
    return _entries(definition, [given])[0]


def _entries(definition: Definition, given: Any) -> list[ListEntry]:
    """By id or by name."""
    if not isinstance(given, list) or len(given) > MOST_CHOICES:
        message = _("This must be a list of at most %(most)s entries.") % {"most": MOST_CHOICES}
        raise serializers.ValidationError(message, code="not_a_list")
    known: dict[Any, ListEntry] = {}
    for entry in queries.list_entries(definition.list_name):
        known[entry.pk] = known[entry.name] = entry
    for one in given:
        if isinstance(one, bool) or not isinstance(one, int | str) or one not in known:
            message = _("There is no such entry: %(name)s.") % {"name": str(one)[:60]}
            raise serializers.ValidationError(message, code="does_not_exist")
    return [known[one] for one in given]


READERS: dict[str, Read] = {
    CustomType.TEXT: _text,
    CustomType.NUMBER: _number,
    CustomType.MONEY: _number,
    CustomType.DATE: _day,
    CustomType.BOOLEAN: _flag,
    CustomType.CHOICE: _entry,
    CustomType.CHOICES: _entries,
}


@extend_schema_field({"type": "object", "additionalProperties": True})
class CustomValuesField(serializers.Field[Any, Any, Any, Any]):
    """The user fields by their keys: a key that is absent stays, one that is null is emptied. Entries by id or name."""

    default_error_messages = {
        "not_an_object": _("This must be an object with the keys of user fields."),
        "unknown_field": _("There is no field of this name."),
    }

    def to_internal_value(self, data: Any) -> dict[str, Value]:
        if not isinstance(data, dict):
            self.fail("not_an_object")
        found: dict[str, Value] = {}
        problems: dict[str, Any] = {}
        for key, given in data.items():
            try:
                found[key] = self._read(key, given)
            except serializers.ValidationError as problem:
                problems[str(key)[:100]] = problem.detail
        if problems:
            raise serializers.ValidationError(problems)
        return found

    def _read(self, key: Any, given: Any) -> Value:
        definition = definitions().get(key)
        if definition is None:
            self.fail("unknown_field")
        return None if given is None else READERS[definition.type](definition, given)

    def to_representation(self, value: Any) -> Any:
        return value


def stored() -> ArraySubquery:
    """The values of each client as JSON, for a statement that reads the clients."""
    rows = CustomValue.objects.filter(client=OuterRef("pk")).order_by("entry__position", "entry_id")
    return ArraySubquery(rows.values(row=JSONObject(field="field_id", **STORED)))


STORED = {"text": "text", "number": "number", "amount": "amount", "day": "day", "flag": "flag", "entry": "entry_id"}


def as_json(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Every active field by its key: entries as ids, numbers as decimal strings, dates as text; empty ones null."""
    known = definitions()
    by_id = {definition.id: definition for definition in known.values()}
    values: dict[str, Any] = {key: [] if each.type == CustomType.CHOICES else None for key, each in known.items()}
    for row in rows:
        definition = by_id.get(row["field"])
        if definition is None:
            continue
        value = row[definition.column]
        if definition.type == CustomType.CHOICES:
            values[definition.key].append(value)
        else:
            values[definition.key] = _plain(definition, value)
    return values


def _plain(definition: Definition, value: Any) -> Any:
    """JSON knows whole units only, as the database keeps them."""
    match definition.type:
        case CustomType.NUMBER:
            return format(Decimal(value).scaleb(-NumberField.places).normalize(), "f")
        case CustomType.MONEY:
            return format(Decimal(value).scaleb(-MoneyField.places), ".2f")
    return value


class CustomFieldSerializer(StrictSerializer):
    """``key``, ``type`` and ``list_name`` are given once; without a key it is made from the label."""

    id = serializers.IntegerField(read_only=True)
    key = serializers.CharField(max_length=40, required=False)
    label = serializers.CharField(max_length=80)  # type: ignore[assignment]
    help_text = serializers.CharField(max_length=200, required=False, allow_blank=True)  # type: ignore[assignment]
    type = serializers.ChoiceField(choices=CustomType.choices)
    list_name = serializers.CharField(max_length=20, required=False, allow_blank=True)
    form = serializers.ChoiceField(choices=FormPlace.choices, required=False)
    required = serializers.BooleanField(required=False)  # type: ignore[assignment]
    in_mail = serializers.BooleanField(required=False)
    active = serializers.BooleanField(required=False)
    position = PlaceField()


class CustomFieldFilters(filters.FilterSet):
    active = filters.BooleanFilter()


class CustomFieldViewSet(OrderedViewSet):
    """User fields: read by everybody, defined by who configures the firm, deleted only while unused (SIS-16)."""

    permissions = CONFIGURED
    serializer_class = CustomFieldSerializer
    filter_class = CustomFieldFilters
    orderings = {"id": "pk", "position": "position", "label": "label"}
    searched = ("label", "key")
    usual_ordering = "position"

    def get_queryset(self) -> QuerySet[CustomField]:
        return queries.custom_fields()

    def add(self, values: dict[str, Any]) -> CustomField:
        place = values.pop("position", None)
        made: CustomField = self.placed(services.create_custom_field(CustomField(**values), by=self.member), place)
        return made

    def change(self, row: CustomField, values: dict[str, Any]) -> CustomField:
        place = values.pop("position", None)
        changed: CustomField = self.placed(services.change_custom_field(row, values, by=self.member), place)
        return changed

    def move(self, row: CustomField, *, steps: int) -> None:
        services.move_custom_field(row, steps=steps, by=self.member)

    def remove(self, row: CustomField) -> None:
        services.delete_custom_field(row, by=self.member)
