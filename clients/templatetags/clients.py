"""Filters for what only clients know how to show."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.translation import gettext

from clients import communes, normalising, places, remarks
from clients.filters.types import MONEY
from clients.grouping import Grouped
from clients.models import Address, Client
from clients.presenting import PARAMETER, TABLE
from clients.search_sources import Hit
from web import formatting
from web.documents import read_json

register = template.Library()


@register.filter
def telephone(number: str) -> str:
    """``+39 335 123 4567``"""
    return normalising.shown_phone(str(number))


@register.filter
def at(table: dict[object, object], key: object) -> object:
    """The entry of a table that the view has read at once."""
    return table.get(key, key)


@register.filter
def country(code: str) -> str:
    return places.country_name(code)


@register.inclusion_tag("clients/_remarks.html")
def remarks_on(client: Client, rows: Iterable[Any] = ()) -> dict[str, list[str]]:
    """In a few words what is worth knowing; ``rows`` are those that are shown with him, read in one statement."""
    remarks.read([client, *(getattr(row, "client", row) for row in rows)])
    return {"said": remarks.about(client)}


@register.simple_tag(takes_context=True)
def hit_address(context: Context, hit: Hit) -> str:
    """The page of something that the search has found."""
    address = reverse(hit.view, kwargs={"firm_slug": context["request"].firm.slug, **hit.key})
    return f"{address}?{hit.query}" if hit.query else address


@register.simple_tag(takes_context=True)
def query_with(context: Context, **changes: str) -> str:
    """The query of the list in front of us with these parameters changed, and at its first page."""
    query = context["request"].GET.copy()
    query.pop("cursor", None)
    if changes.get("show") == "" and query.get(PARAMETER):
        # The vista may say another layout.
        changes["show"] = TABLE
    for name, value in changes.items():
        query[name] = value
        if not value:
            del query[name]
    return str(query.urlencode())


@register.simple_tag(takes_context=True)
def narrowed_query(context: Context, field: str, code: str, show: str = "") -> str:
    """The same narrowed to the clients of whom a field has this value, or none."""
    condition = {"field": field, "op": "eq", "value": code} if code else {"field": field, "op": "empty"}
    return narrowed_to(context, condition, show=show)


@register.simple_tag(takes_context=True)
def narrowed_to(context: Context, condition: dict[str, Any], **changes: str) -> str:
    """The same narrowed to the clients of whom a condition of the filter language holds as well."""
    held = _document(context["request"].GET.get("filter", ""))
    document = {"all": [held, condition]} if held else condition
    return query_with(context, filter=json.dumps(document), **changes)


@register.simple_tag
def summed(grouped: Grouped, place: int, total: Decimal | None, *, compact: bool = False) -> str:
    """The sum of a column; nothing where nobody has a value."""
    if total is None:
        return "–"
    if grouped.summed[place].type is not MONEY:
        return formatting.number(total.normalize() if total else total)
    return formatting.money_compact(total) if compact else formatting.money(total)


@register.filter
def chart_of(grouped: Grouped) -> dict[str, object]:
    """The counts by value, for ``cz-chart``."""
    labels = [part.label for part in grouped.parts]
    return {"labels": labels, "series": [{"name": gettext("Clients"), "data": [part.number for part in grouped.parts]}]}


def _document(text: str) -> object:
    """The filter in the address; one that cannot be read narrows nothing."""
    try:
        return read_json(text)
    except ValueError:
        return None


@register.filter
def disagreements(address: Address) -> list[str]:
    """What of the address does not fit together, by the fixed tables."""
    place = communes.Place(address.city, address.province, address.postal_code, address.country)
    return communes.disagreements(place)
