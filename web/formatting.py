"""Amounts, dates and counts as people write them: ``1.234,56 €``, ``21/11/2026``, ``sab 21/11``."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from babel import Locale
from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_compact_currency, format_currency, format_decimal, format_percent
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext

# English as written in Europe: day before month, 24 hours.
LOCALES = {"it": Locale.parse("it_IT"), "en": Locale.parse("en_GB")}
MONTH_NAMES = "LLLL"


def locale() -> Locale:
    return LOCALES.get((get_language() or "it")[:2], LOCALES["en"])


def money(amount: Decimal | int, currency: str = "EUR") -> str:
    return format_currency(amount, currency, locale=locale())


def money_compact(amount: Decimal | int, currency: str = "EUR") -> str:
    """``31,4 Mln €`` for tiles; small amounts in full, without cents."""
    if -1_000_000 < amount < 1_000_000:
        return format_currency(amount, currency, format=_whole_currency(), currency_digits=False, locale=locale())
    return format_compact_currency(amount, currency, locale=locale(), fraction_digits=1)


def _whole_currency() -> str:
    return "#,##0\u00a0¤" if locale().language == "it" else "¤#,##0"


def number(value: Decimal | int) -> str:
    """With all its decimals."""
    return format_decimal(value, decimal_quantization=False, locale=locale())


def percent(fraction: Decimal | float) -> str:
    return format_percent(fraction, "#,##0.#\u00a0%" if locale().language == "it" else "#,##0.#%", locale=locale())


def day(value: date) -> str:
    """``21/11/2026``, of a moment its local day."""
    return format_date(_local_day(value), "dd/MM/yyyy", locale=locale())


def weekday(value: date) -> str:
    """``sab 21/11``"""
    return format_date(_local_day(value), "EEE dd/MM", locale=locale())


def long_day(value: date) -> str:
    """``sabato 21 novembre 2026``"""
    return format_date(_local_day(value), "EEEE d MMMM yyyy", locale=locale())


def month(value: date) -> str:
    """``novembre 2026``"""
    return format_date(_local_day(value), f"{MONTH_NAMES} yyyy", locale=locale())


def month_short(value: date) -> str:
    """``nov 26``, for the axis of a chart."""
    return format_date(_local_day(value), "LLL yy", locale=locale())


def clock(value: datetime) -> str:
    """``09:30`` in the zone of the firm, which is the current one."""
    return format_time(_local(value), "HH:mm", locale=locale())


def moment(value: datetime) -> str:
    """``21/11/2026 09:30``"""
    return format_datetime(_local(value), "dd/MM/yyyy HH:mm", locale=locale())


def relative_day(value: date, today: date) -> str:
    """``today``, ``tomorrow``, ``in 5 days``, ``9 days ago``."""
    days = (_local_day(value) - today).days
    if abs(days) <= 1:
        return {0: gettext("today"), 1: gettext("tomorrow"), -1: gettext("yesterday")}[days]
    if days > 0:
        return ngettext("in %(days)s day", "in %(days)s days", days) % {"days": number(days)}
    return ngettext("%(days)s day ago", "%(days)s days ago", -days) % {"days": number(-days)}


def initials(name: str) -> str:
    """``Giulia Ferri`` → ``GF``; one word gives its first two letters."""
    words = [word for word in name.split() if word[0].isalnum()]
    if len(words) < 2:
        return "".join(words)[:2].upper()
    return (words[0][0] + words[-1][0]).upper()


def _local(value: datetime) -> datetime:
    return timezone.localtime(value) if timezone.is_aware(value) else value


def _local_day(value: date) -> date:
    return _local(value).date() if isinstance(value, datetime) else value
