"""Filters: an empty value is shown as a dash, never as ``None``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django import template

from web import formatting

register = template.Library()

DASH = "–"


def _or_dash(show: Callable[..., str], value: Any, *arguments: Any) -> str:
    return DASH if value is None or value == "" else show(value, *arguments)


@register.filter
def money(value: Decimal | None, currency: str = "EUR") -> str:
    return _or_dash(formatting.money, value, currency)


@register.filter
def money_compact(value: Decimal | None, currency: str = "EUR") -> str:
    return _or_dash(formatting.money_compact, value, currency)


@register.filter
def number(value: Decimal | int | None) -> str:
    return _or_dash(formatting.number, value)


@register.filter
def percent(value: Decimal | float | None) -> str:
    return _or_dash(formatting.percent, value)


@register.filter
def day(value: date | None) -> str:
    return _or_dash(formatting.day, value)


@register.filter
def weekday(value: date | None) -> str:
    return _or_dash(formatting.weekday, value)


@register.filter
def long_day(value: date | None) -> str:
    return _or_dash(formatting.long_day, value)


@register.filter
def month(value: date | None) -> str:
    return _or_dash(formatting.month, value)


@register.filter
def clock(value: date | None) -> str:
    return _or_dash(formatting.clock, value)


@register.filter
def moment(value: date | None) -> str:
    return _or_dash(formatting.moment, value)


@register.filter
def relative_day(value: date | None, today: date) -> str:
    return _or_dash(formatting.relative_day, value, today)


@register.filter
def initials(name: str) -> str:
    return formatting.initials(str(name))
