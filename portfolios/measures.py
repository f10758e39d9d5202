"""The measures of one client as pages read them: in every active typology, with the sales behind and the past."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet

from clients.models import Client
from portfolios.enums import Measure
from portfolios.explaining import Explained, explained, since_day
from portfolios.models import LevelChange, Link, ManualValue, Portfolio, Sale, Score, Typology

MONTHS = 24
MOST_SALES = 200
PARTS = ("portfolio", "agent", "operator", "agency", "introducer")


@dataclass(frozen=True)
class Place:
    """Where the client is in one typology: his measures, his portfolio and who looks after him there."""

    typology: Typology
    measures: Sequence[Explained]
    portfolio: Portfolio | None
    link: Link | None
    manual: ManualValue | None

    @property
    def subjects(self) -> list[tuple[Any, Any]]:
        """The name of each slot that is filled, and who is in it."""
        if self.link is None:
            return []
        found = [(Link._meta.get_field(part), getattr(self.link, part)) for part in PARTS[1:]]
        return [(getattr(field, "verbose_name", ""), subject) for field, subject in found if subject]


@dataclass(frozen=True)
class Month:
    """The levels at the end of a month, or today."""

    day: date
    levels: dict[str, int | None]

    @property
    def in_order(self) -> list[int | None]:
        return [self.levels[measure] for measure in Measure]


def places_of(client: Client, *, today: date) -> list[Place]:
    """In every active typology; a number of statements that does not depend on anything."""
    scores = {row.position: row for row in Score.objects.filter(client=client)}
    links = {row.typology_id: row for row in _links(client).filter(until=None)}
    manual = {row.typology_id: row for row in ManualValue.objects.filter(client=client).select_related("by")}
    typologies = list(Typology.objects.filter(active=True).order_by("position"))
    main = Portfolio.objects.filter(pk=client.main_portfolio_id).first()
    return [
        Place(
            typology=typology,
            measures=explained(scores.get(typology.position), typology, today=today, manual=manual.get(typology.pk)),
            portfolio=main if typology.position == 1 else _portfolio(links.get(typology.pk)),
            link=links.get(typology.pk),
            manual=manual.get(typology.pk),
        )
        for typology in typologies
    ]


def past_links(client: Client) -> list[Link]:
    """What held before, the latest first."""
    return list(_links(client).filter(until__isnull=False).order_by("typology__position", "-until", "-id"))


def sales_behind(client: Client, typology: Typology, *, today: date) -> tuple[list[Sale], list[Sale]]:
    """Those of the year that counts, and those before it; reversed ones stand there and count in neither."""
    rows = Sale.objects.filter(client=client, typology=typology).select_related("portfolio", "typology", "reversed_by")
    rows = rows.order_by("-date", "-id")
    since = since_day(today)
    return list(rows.filter(date__gte=since)[:MOST_SALES]), list(rows.filter(date__lt=since)[:MOST_SALES])


def months_of(client: Client, typology: Typology, *, today: date) -> list[Month]:
    """The levels at the end of each of the last months, as far back as anything is known; the latest first."""
    rows = LevelChange.objects.filter(client=client, position=typology.position).order_by("on")
    changes = list(rows)
    if not changes:
        return []
    days = [day for day in month_ends(today) if day >= changes[0].on]
    return [_month(changes, day) for day in reversed(days)]


def month_ends(today: date, months: int = MONTHS) -> list[date]:
    """The last day of each of the months before, and today."""
    count = today.year * 12 + today.month - 1
    firsts = [date(number // 12, number % 12 + 1, 1) for number in range(count - months + 2, count + 1)]
    return [*(first - timedelta(days=1) for first in firsts), today]


def _month(changes: Sequence[LevelChange], day: date) -> Month:
    latest = next(change for change in reversed(changes) if change.on <= day)
    return Month(day, {measure.value: getattr(latest, f"{measure}_level") for measure in Measure})


def _links(client: Client) -> QuerySet[Link]:
    rows: QuerySet[Link] = Link.objects.filter(client=client, typology__active=True)
    return rows.select_related("typology", *PARTS)


def _portfolio(link: Link | None) -> Portfolio | None:
    return link.portfolio if link else None
