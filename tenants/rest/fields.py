"""Fields of serializers that know the firm: references that name nothing foreign, and inputs without surprises."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from tenants import queries
from tenants.models import Membership

LARGEST_ID = 2**63 - 1
EARLIEST, LATEST = 1900, 2200
Rows = Callable[[Membership], QuerySet[Any]]


@extend_schema_field(OpenApiTypes.INT64)
class RowField(serializers.Field[Any, Any, Any, Any]):
    """The id of a row that the caller may see. Another firm's row is refused like one that never was (XCT-01)."""

    default_error_messages = {
        "not_an_id": _("This must be an id."),
        "does_not_exist": _("There is no such row."),
    }

    def __init__(self, rows: Rows, **kwargs: Any) -> None:
        self.rows = rows
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Model:
        if not _is_id(data):
            self.fail("not_an_id")
        row: Model | None = self.rows(self.context["member"]).filter(pk=data).first()
        if row is None:
            self.fail("does_not_exist")
        return row

    def to_representation(self, value: Any) -> Any:
        return value.pk if isinstance(value, Model) else value

    def get_attribute(self, instance: Any) -> Any:
        """The id that stands in the row, without reading what it names."""
        if isinstance(instance, Model) and len(self.source_attrs) == 1:
            return getattr(instance, f"{self.source_attrs[0]}_id")
        return super().get_attribute(instance)


@extend_schema_field({"type": "array", "items": {"type": "integer", "format": "int64"}})
class RowsField(serializers.Field[Any, Any, Any, Any]):
    """A list of ids of rows that the caller may see, read in one statement."""

    default_error_messages = {
        "not_ids": _("This must be a list of 1 to {most} ids."),
        "does_not_exist": _("There is no such row."),
    }

    def __init__(self, rows: Rows, *, most: int, **kwargs: Any) -> None:
        self.rows, self.most = rows, most
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> list[Any]:
        if not isinstance(data, list) or not 1 <= len(data) <= self.most or not all(map(_is_id, data)):
            self.fail("not_ids", most=self.most)
        found = list(self.rows(self.context["member"]).filter(pk__in=set(data)))
        if len(found) != len(set(data)):
            self.fail("does_not_exist")
        return found

    def to_representation(self, value: Any) -> Any:
        return [row.pk for row in value]


def member_field(**kwargs: Any) -> RowField:
    """A member of the firm by the id that ``users/`` shows."""
    return RowField(lambda member: queries.members(), **kwargs)


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses what it does not know by name: a mistyped field would be lost in silence."""

    default_error_messages = {"unknown_field": _("There is no field of this name.")}

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = [str(name) for name in data if name not in self.fields]
            if unknown:
                message = str(self.error_messages["unknown_field"])
                detail = [serializers.ErrorDetail(message, code="unknown_field")]
                raise serializers.ValidationError({name[:100]: detail for name in unknown})
        return super().to_internal_value(data)


class DayField(serializers.DateField):
    """A date in the span that calendars and zones can reckon with."""

    default_error_messages = {"out_of_range": _("This must be between 1900 and 2200.")}

    def to_internal_value(self, value: Any) -> date:
        day = super().to_internal_value(value)
        if not EARLIEST <= day.year <= LATEST:
            self.fail("out_of_range")
        return day


class MomentField(serializers.DateTimeField):
    """A time in the same span."""

    default_error_messages = {"out_of_range": _("This must be between 1900 and 2200.")}

    def to_internal_value(self, value: Any) -> datetime:
        moment = super().to_internal_value(value)
        if not EARLIEST <= moment.year <= LATEST:
            self.fail("out_of_range")
        return moment


def money(**kwargs: Any) -> serializers.DecimalField:
    """A decimal string with two places."""
    return serializers.DecimalField(max_digits=15, decimal_places=2, **kwargs)


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= LARGEST_ID
