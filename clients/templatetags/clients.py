"""Filters for what only clients know how to show."""

from __future__ import annotations

from django import template

from clients import normalising, places

register = template.Library()


@register.filter
def telephone(number: str) -> str:
    """``+39 335 123 4567``"""
    return normalising.shown_phone(str(number))


@register.filter
def country(code: str) -> str:
    return places.country_name(code)
