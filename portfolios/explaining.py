"""A client's four measures in a typology as people read them: figure, level, where it comes from and what moves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portfolios import levels
from portfolios.client_fields import recency_days
from portfolios.enums import Measure
from portfolios.models import ManualValue, Score, Typology
from portfolios.scoring import a_year_before
from web import formatting

AMOUNTS = (Measure.MONETARY, Measure.POTENTIALITY)


@dataclass(frozen=True)
class Band:
    """One level and which values it takes."""

    level: int
    tone: str
    text: str
    is_current: bool


@dataclass(frozen=True)
class Explained:
    """One of the four measures."""

    measure: str
    label: str | Promise
    value: int | Decimal | None
    shown: str
    level: int | None
    tone: str
    scale: int
    by_hand: bool
    words: str
    bands: Sequence[Band]


def explained(
    score: Score | None, typology: Typology, *, today: date, manual: ManualValue | None = None
) -> list[Explained]:
    """All four, in order; a client without a row has none of them."""
    found = score or Score(position=typology.position)
    return [_measure(Measure(measure), found, typology, manual, today) for measure in Measure]


def since_day(today: date) -> date:
    """The first day of the year that counts: the same day last year is out (10.1)."""
    return a_year_before(today) + timedelta(days=1)


def _measure(measure: Measure, score: Score, typology: Typology, manual: ManualValue | None, today: date) -> Explained:
    value = recency_days(score, today) if measure == Measure.RECENCY else getattr(score, measure)
    level = getattr(score, f"{measure}_level")
    by_hand = value is not None and _is_by_hand(measure, score)
    return Explained(
        measure=measure.value,
        label=measure.label,
        value=value,
        shown=_shown(measure, value),
        level=level,
        tone=typology.tone(level),
        scale=typology.scale,
        by_hand=by_hand,
        words=_by_hand(manual) if by_hand else _words(measure, score, typology, today),
        bands=_bands(measure, typology, level),
    )


def _is_by_hand(measure: Measure, score: Score) -> bool:
    bits = {Measure.RECENCY: 1, Measure.FREQUENCY: 2, Measure.MONETARY: 4}
    return measure == Measure.POTENTIALITY or bool(score.by_hand & bits[measure])


def _shown(measure: str, value: Any) -> str:
    if value is None:
        return "–"
    if measure == Measure.RECENCY:
        return ngettext("%(number)s day", "%(number)s days", value) % {"number": formatting.number(value)}
    return formatting.money(value) if measure in AMOUNTS else formatting.number(value)


def _by_hand(manual: ManualValue | None) -> str:
    if manual is None:
        return _("Entered by hand.")
    day = formatting.day(manual.updated_at.date())
    who = manual.by.name if manual.by else _("an integration")
    told = _("Entered by hand on %(day)s by %(who)s.") % {"day": day, "who": who}
    return f"{told} {manual.note}".strip()


def _words(measure: str, score: Score, typology: Typology, today: date) -> str:
    if measure == Measure.POTENTIALITY:
        return _("Entered by hand only; nothing yet.")
    if measure == Measure.RECENCY:
        return _recency_words(score, typology, today)
    if getattr(score, measure) is None:
        return _("Follows from the first sale of this typology on.")
    period = {"since": formatting.day(since_day(today)), "until": formatting.day(today)}
    if measure == Measure.FREQUENCY:
        return _("Sales from %(since)s to %(until)s; refunds do not count.") % period
    told = _("The sum of the sales from %(since)s to %(until)s, refunds taken off.") % period
    if score.monetary is not None and score.monetary < 0:
        worst = _("More was paid back than sold: the sum is negative, and its level the lowest.")
        return f"{told} {worst}"
    return told


def _recency_words(score: Score, typology: Typology, today: date) -> str:
    if score.last_sale_on is None:
        return _("No sale yet, hence no level.")
    told = _("Days since the last sale, on %(day)s.") % {"day": formatting.day(score.last_sale_on)}
    left = levels.days_until_worse((today - score.last_sale_on).days, typology.recency_thresholds)
    if left is None:
        return told
    falls = _("Without a new sale the level falls on %(day)s.") % {"day": formatting.day(today + timedelta(days=left))}
    return f"{told} {falls}"


def _bands(measure: Measure, typology: Typology, current: int | None) -> list[Band]:
    """From the best level to the worst."""
    thresholds = typology.thresholds(measure)
    texts = _recency_bands(thresholds) if measure == Measure.RECENCY else _rising_bands(measure, thresholds)
    return [
        Band(level, typology.tone(level), texts[typology.scale - level], level == current)
        for level in range(typology.scale, 0, -1)
    ]


def _recency_bands(thresholds: Sequence[int]) -> list[str]:
    best = [_("up to %(days)s days") % {"days": formatting.number(days)} for days in thresholds]
    return [*best, _("more than %(days)s days") % {"days": formatting.number(thresholds[-1])}]


def _rising_bands(measure: Measure, thresholds: Sequence[Any]) -> list[str]:
    show = formatting.money if measure in AMOUNTS else formatting.number
    best = [_("from %(value)s") % {"value": show(value)} for value in reversed(thresholds)]
    return [*best, _("below %(value)s") % {"value": show(thresholds[0])}]
