"""REST: the catalogue of client fields, with everything that each can be used for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clients import catalogue
from clients.catalogue import CatalogueField
from clients.imports.targets import Target, targets
from tenants.rest.viewsets import ANY_MEMBER, FirmViewSet


class ChoiceSerializer(serializers.Serializer[Any]):
    value = serializers.JSONField()
    label = serializers.CharField()  # type: ignore[assignment]


class FieldSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    type = serializers.CharField()
    group = serializers.CharField(allow_null=True)
    operators = serializers.ListField(child=serializers.CharField())
    choices = ChoiceSerializer(many=True, allow_null=True)
    filterable = serializers.BooleanField()
    sortable = serializers.BooleanField()
    listable = serializers.BooleanField()
    exportable = serializers.BooleanField()
    importable = serializers.BooleanField()
    in_mail = serializers.BooleanField()


class FieldViewSet(FirmViewSet):
    """Every fact about a client that filters, lists, exports and imports can name."""

    permissions = {"list": ANY_MEMBER}
    serializer_class = FieldSerializer

    def get_queryset(self) -> Any:
        return None

    def known_parameters(self) -> set[str]:
        return {"fields"}

    @extend_schema(responses=FieldSerializer(many=True))
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.whole(list(_offered()))


def _offered() -> Iterator[dict[str, Any]]:
    fields, filled = catalogue.fields(), targets()
    for name, field in fields.items():
        yield _field(field, importable=name in filled)
    for name, target in filled.items():
        if name not in fields:
            yield _only_imported(target)


def _field(field: CatalogueField, *, importable: bool) -> dict[str, Any]:
    choices = [{"value": value, "label": str(label)} for value, label in field.choices()] if field.choices else None
    return {
        "name": field.name,
        "label": str(field.label),
        "type": field.type.name,
        "group": str(field.group),
        "operators": list(field.operators),
        "choices": choices,
        "filterable": field.filterable,
        "sortable": field.sortable,
        "listable": field.listable,
        "exportable": field.exportable,
        "importable": importable,
        "in_mail": field.in_mail,
    }


def _only_imported(target: Target) -> dict[str, Any]:
    """A target that is no fact of its own: a second e-mail address, the last meeting."""
    kind = "date" if target.columns[0].sql == "date" else "text"
    nothing = dict.fromkeys(("filterable", "sortable", "listable", "exportable", "in_mail"), False)
    named = {"name": target.name, "label": str(target.label), "type": kind, "group": None}
    return {**named, "operators": [], "choices": None, **nothing, "importable": True}
