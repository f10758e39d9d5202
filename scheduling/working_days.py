"""Which day to propose for a hypothetical date (8.10): no weekend, no Italian holiday, no patron saint of the firm."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import holidays
from django.utils.translation import get_language

from scheduling import cadence
from tenants.models import Firm

COUNTRY = "IT"
# Of those in which the library names Italian holidays.
LANGUAGES = {"it": "it_IT", "en": "en_US"}


def proposed_day(firm: Firm, due_on: date, *, today: date) -> date:
    """The nearest earlier working day not before today; a date that is past counts as today."""
    calendar = calendar_of(firm)
    return cadence.proposed_day(due_on, today=today, is_holiday=lambda day: day in calendar)


def holiday_name(firm: Firm, day: date) -> str:
    """What is celebrated on that day, or nothing."""
    return str(calendar_of(firm).get(day) or "")


def holidays_between(firm: Firm, start: date, end: date) -> dict[date, str]:
    """The holidays from ``start`` to before ``end``, by name."""
    calendar = calendar_of(firm)
    days = (start + timedelta(days=number) for number in range((end - start).days))
    return {day: str(calendar[day]) for day in days if day in calendar}


def calendar_of(firm: Firm) -> holidays.HolidayBase:
    """The firm's holidays, named in the language of whoever reads."""
    return _calendar(firm.holiday_province, LANGUAGES.get((get_language() or "it")[:2], "it_IT"))


@lru_cache(maxsize=128)
def _calendar(province: str, language: str) -> holidays.HolidayBase:
    """Years are added as they are asked for; the province is the one of the patron saint."""
    known = province if province in holidays.country_holidays(COUNTRY).subdivisions else None
    return holidays.country_holidays(COUNTRY, subdiv=known, language=language)
