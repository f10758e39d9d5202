"""What portfolios brings into the catalogue of client fields.

The main portfolio, which every client has; and for each active typology the client's place in it and his four measures
with their levels. A group may ask for levels: the night computes them before it refreshes groups (architecture.md 4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import lru_cache, partial
from typing import Any

from django.db.models import (
    DateField,
    Expression,
    F,
    FilteredRelation,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce, Least
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from clients import catalogue, cells
from clients.catalogue import CatalogueField, Choices, FieldGroup
from clients.filters import types
from clients.filters.compile import Column, Computed, Rows
from clients.models import Client
from portfolios.enums import MOST_TYPOLOGIES, Measure
from portfolios.models import LevelChange, Link, Portfolio, Score, Subject, Typology

SUBJECTS = {"agent": _("agent"), "operator": _("operator"), "agency": _("agency"), "introducer": _("introducer")}
VALUES = {
    "frequency": (_("Frequency"), types.INTEGER),
    "monetary": (_("Monetary"), types.MONEY),
    "potentiality": (_("Potentiality"), types.MONEY),
}
LEVELS = {
    Measure.RECENCY: _("level of Recency"),
    Measure.FREQUENCY: _("level of Frequency"),
    Measure.MONETARY: _("level of Monetary"),
    Measure.POTENTIALITY: _("level of Potentiality"),
}
CHANGES = {
    Measure.RECENCY: _("change of the level of Recency in 90 days"),
    Measure.FREQUENCY: _("change of the level of Frequency in 90 days"),
    Measure.MONETARY: _("change of the level of Monetary in 90 days"),
}
BEFORE = {
    Measure.RECENCY: _("level of Recency 90 days ago"),
    Measure.FREQUENCY: _("level of Frequency 90 days ago"),
    Measure.MONETARY: _("level of Monetary 90 days ago"),
}
# How far "dropped from 5 to 3" looks back.
SPAN = timedelta(days=90)


def main_portfolio() -> CatalogueField:
    """The first portfolio (GAT-05)."""
    return CatalogueField(
        name="main_portfolio",
        label=_("main portfolio"),
        group=FieldGroup.RELATIONSHIP,
        type=types.REFERENCE,
        read=lambda client, today: (client.main_portfolio_id,),
        show=lambda client, today: (client.main_portfolio,),
        select=("main_portfolio",),
        source=Column("main_portfolio"),
        choices=lambda: _portfolios(1, active=True),
        names=lambda: _portfolios(1),
        sort="main_portfolio__position",
        setter="client.main_portfolio",
    )


def of_active_typologies() -> Iterator[CatalogueField]:
    """Those of typologies that are not in use are hidden (GAT-21)."""
    for position, name in Typology.objects.filter(active=True).order_by("position").values_list("position", "name"):
        yield from _OfTypology(position, name).entries()


class _OfTypology:
    """The entries of one typology; the same objects for the same one, so that what was compiled with them is kept."""

    def __init__(self, position: int, typology: str) -> None:
        self.position, self.typology = position, typology

    def entries(self) -> tuple[CatalogueField, ...]:
        return _entries(self.position, self.typology)

    def place(self) -> CatalogueField:
        if self.position > 1:
            return self.linked("name", "portfolio", _("portfolio"), partial(_portfolios, self.position))
        main = main_portfolio()
        same = {name: getattr(main, name) for name in ("type", "read", "show", "select", "source", "choices", "names")}
        return self.entry("name", _("portfolio"), **same)

    def subject(self, slot: str) -> CatalogueField:
        return self.linked(slot, slot, SUBJECTS[slot], partial(_subjects, slot))

    def linked(self, name: str, slot: str, label: Promise, offered: Callable[..., Choices]) -> CatalogueField:
        def links(client: Client) -> list[Link]:
            own = [link for link in client.links.all() if link.typology.position == self.position]
            return [link for link in own if link.until is None]

        return self.entry(
            name,
            label,
            type=types.REFERENCE,
            read=lambda client, today: [getattr(link, f"{slot}_id") for link in links(client)],
            show=lambda client, today: [getattr(link, slot) for link in links(client)],
            prefetch=("links__typology", f"links__{slot}"),
            source=Rows(
                lambda: Link.objects.filter(typology__position=self.position, until=None), Column(f"{slot}_id")
            ),
            choices=partial(offered, active=True),
            names=offered,
        )

    def recency(self) -> CatalogueField:
        return self.scored(
            "recency_days", _("Recency, in days"), recency_days, Computed(_recency_in_sql), moves_with_time=True
        )

    def value(self, name: str) -> CatalogueField:
        label, kind = VALUES[name]
        return self.scored(name, label, lambda score, today: getattr(score, name), Column(name), type=kind)

    def level(self, measure: Measure) -> CatalogueField:
        column = f"{measure}_level"
        return self.scored(
            column,
            LEVELS[measure],
            lambda score, today: getattr(score, column),
            Column(column),
            sort=f"scores_{self.position}__{column}",
            sort_join=self.joined,
        )

    def change(self, measure: Measure) -> CatalogueField:
        column = f"{measure}_level"
        return self.scored(
            f"{column}_change_90d",
            CHANGES[measure],
            lambda score, today: _change(score, column, today),
            Computed(partial(_change_in_sql, column)),
            moves_with_time=True,
            prefetch=("scores", "level_changes"),
        )

    def before(self, measure: Measure) -> CatalogueField:
        """With the level of today: who fell from 5 to 3."""
        column = f"{measure}_level"
        return self.scored(
            f"{column}_90d_ago",
            BEFORE[measure],
            lambda score, today: _before(score, column, today),
            Computed(partial(_before_in_sql, column)),
            moves_with_time=True,
            prefetch=("scores", "level_changes"),
        )

    def worst_change(self) -> CatalogueField:
        """The greatest fall of Recency, Frequency and Monetary, or the smallest rise if none fell."""
        return self.scored(
            "level_change_90d",
            _("change of the levels in 90 days"),
            _worst_change,
            Computed(lambda today: Least(*(_change_in_sql(f"{measure}_level", today) for measure in CHANGES))),
            moves_with_time=True,
            prefetch=("scores", "level_changes"),
        )

    def scored(
        self,
        name: str,
        label: Promise,
        read: Callable[[Score, date], object],
        column: Column | Computed,
        **given: Any,
    ) -> CatalogueField:
        position = self.position
        return self.entry(
            name,
            label,
            read=lambda client, today: [read(own, today) for own in client.scores.all() if own.position == position],
            source=Rows(lambda: Score.objects.filter(position=position), column),
            **{"type": types.INTEGER, "prefetch": ("scores",), **given},
        )

    def entry(self, name: str, label: Promise, **given: Any) -> CatalogueField:
        shown = format_lazy("{typology}: {label}", typology=self.typology, label=label)
        return CatalogueField(
            name=f"portfolio.{self.position}.{name}", label=shown, group=FieldGroup.PORTFOLIOS, **given
        )

    def joined(self, clients: QuerySet[Client]) -> QuerySet[Client]:
        own = FilteredRelation("scores", condition=Q(scores__position=self.position))
        joined: QuerySet[Client] = clients.annotate(**{f"scores_{self.position}": own})
        return joined


@lru_cache(maxsize=1_000)
def _entries(position: int, typology: str) -> tuple[CatalogueField, ...]:
    own = _OfTypology(position, typology)
    return (
        own.place(),
        *map(own.subject, SUBJECTS),
        own.recency(),
        *map(own.value, VALUES),
        *map(own.level, LEVELS),
        *map(own.change, CHANGES),
        *map(own.before, BEFORE),
        own.worst_change(),
    )


def recency_days(score: Score, today: date) -> int | None:
    """By hand, or counted from the last sale."""
    if score.recency is not None:
        return int(score.recency)
    return (today - score.last_sale_on).days if score.last_sale_on else None


def _recency_in_sql(today: date) -> Expression:
    passed = Func(
        Value(today, output_field=DateField()),
        F("last_sale_on"),
        template="(%(expressions)s)",
        arg_joiner=" - ",
        output_field=IntegerField(),
    )
    return Coalesce("recency", passed, output_field=IntegerField())


def _change(score: Score, column: str, today: date) -> int | None:
    """By how much the level differs from the one of 90 days ago; none where there was or is none."""
    before, now = _before(score, column, today), getattr(score, column)
    return None if before is None or now is None else now - before


def _before(score: Score, column: str, today: date) -> int | None:
    """The level of 90 days ago."""
    earlier = [
        change
        for change in score.client.level_changes.all()
        if change.position == score.position and change.on <= today - SPAN
    ]
    return getattr(max(earlier, key=lambda change: change.on), column) if earlier else None


def _before_in_sql(column: str, today: date) -> Any:
    own = LevelChange.objects.filter(client=OuterRef("client"), position=OuterRef("position"), on__lte=today - SPAN)
    return Subquery(own.order_by("-on").values(column)[:1], output_field=IntegerField())


def _change_in_sql(column: str, today: date) -> Expression:
    return Func(
        F(column),
        _before_in_sql(column, today),
        template="(%(expressions)s)",
        arg_joiner=" - ",
        output_field=IntegerField(),
    )


def _worst_change(score: Score, today: date) -> int | None:
    changes = [_change(score, f"{measure}_level", today) for measure in CHANGES]
    return min((change for change in changes if change is not None), default=None)


def _portfolios(position: int, **asked: bool) -> Choices:
    rows = Portfolio.objects.filter(typology__position=position, **asked).order_by("position", "id")
    return [(row.pk, row.name) for row in rows]


def _subjects(kind: str, **asked: bool) -> Choices:
    return [(row.pk, row.name) for row in Subject.objects.filter(kind=kind, **asked).order_by("name", "id")]


catalogue.register([main_portfolio()])
catalogue.provide(of_active_typologies)
for _position in range(1, MOST_TYPOLOGIES + 1):
    for _measure in LEVELS:
        cells.present(f"portfolio.{_position}.{_measure.value}_level", "portfolios/cells/_level.html")
