"""Filters for what only clients know how to show."""

from __future__ import annotations

from django import template
from django.template.context import Context
from django.urls import reverse

from clients import communes, normalising, places
from clients.models import Address
from clients.search_sources import Hit

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


@register.simple_tag(takes_context=True)
def hit_address(context: Context, hit: Hit) -> str:
    """The page of something that the search has found."""
    address = reverse(hit.view, kwargs={"firm_slug": context["request"].firm.slug, **hit.key})
    return f"{address}?{hit.query}" if hit.query else address


@register.filter
def disagreements(address: Address) -> list[str]:
    """What of the address does not fit together, by the fixed tables."""
    place = communes.Place(address.city, address.province, address.postal_code, address.country)
    return communes.disagreements(place)
