"""How the clients of a typology or portfolio are spread over the levels: Recency by Frequency, with totals of Monetary.

Only clients whom the firm serves, as the list of clients shows them: each figure leads there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, FilteredRelation, Q, QuerySet, Sum

from clients.enums import ClientState
from clients.models import Client
from clients.queries import visible_clients
from portfolios.enums import Measure
from portfolios.models import Portfolio, Typology
from tenants.models import Membership

NOTHING = Decimal(0)


@dataclass(frozen=True)
class Cell:
    """Clients of one level of Recency and one of Frequency; ``filter`` finds them in the list of clients."""

    recency: int | None
    frequency: int | None
    clients: int
    monetary: Decimal
    share: float
    tone: str
    filter: str


@dataclass(frozen=True)
class Row:
    recency: int | None
    cells: Sequence[Cell]
    clients: int
    monetary: Decimal


@dataclass(frozen=True)
class HeatMap:
    """Best levels first, both ways; whoever has no level stands last, if there is anybody."""

    rows: Sequence[Row]
    columns: Sequence[int | None]
    clients: int
    monetary: Decimal


@dataclass(frozen=True)
class Share:
    """How many clients have one level of one measure."""

    level: int | None
    clients: int
    percent: float
    tone: str
    filter: str


@dataclass(frozen=True)
class Divider:
    """A portfolio with how many clients are in it and what they bought in a year."""

    portfolio: Portfolio | None
    clients: int
    frequency: int
    monetary: Decimal


def clients_in(member: Membership, typology: Typology, portfolio: Portfolio | None = None) -> QuerySet[Client]:
    """Those whom the member sees, with their measures in the typology as ``own``."""
    clients = visible_clients(member).filter(state=ClientState.ACTIVE)
    if portfolio is not None:
        clients = clients.filter(_place(portfolio, typology))
    return clients.annotate(own=FilteredRelation("scores", condition=Q(scores__position=typology.position)))


def heat_map(member: Membership, typology: Typology, portfolio: Portfolio | None = None) -> HeatMap:
    """One statement, however many clients there are."""
    clients: Any = clients_in(member, typology, portfolio).order_by()
    rows = clients.values_list("own__recency_level", "own__frequency_level").annotate(Count("pk"), Sum("own__monetary"))
    found = {(recency, frequency): (count, total or NOTHING) for recency, frequency, count, total in rows}
    total = sum(count for count, _total in found.values())
    recencies = _levels(typology, (recency for recency, _frequency in found))
    columns = _levels(typology, (frequency for _recency, frequency in found))

    def cell(recency: int | None, frequency: int | None) -> Cell:
        count, monetary = found.get((recency, frequency), (0, NOTHING))
        asked = {"recency_level": recency, "frequency_level": frequency}
        return Cell(
            recency, frequency, count, monetary, count / total if total else 0.0,
            _mixed(typology, recency, frequency), filter_of(typology, portfolio, asked),
        )  # fmt: skip

    grid = [[cell(recency, frequency) for frequency in columns] for recency in recencies]
    return HeatMap(
        rows=[_row(cells) for cells in grid],
        columns=columns,
        clients=total,
        monetary=sum((monetary for _count, monetary in found.values()), NOTHING),
    )


def spread(member: Membership, typology: Typology, portfolio: Portfolio | None = None) -> dict[str, list[Share]]:
    """For each measure how many clients have which level, in one statement."""
    levels = [f"own__{measure}_level" for measure in Measure]
    counted = clients_in(member, typology, portfolio).order_by().values_list(*levels).annotate(Count("pk"))
    rows = list(counted)
    return {
        measure.value: _shares(measure.value, [(row[place], row[-1]) for row in rows], typology, portfolio)
        for place, measure in enumerate(Measure)
    }


def dividers(member: Membership, typology: Typology) -> list[Divider]:
    """The portfolios of the typology with their totals, in one statement for the figures; then whoever is in none."""
    clients = clients_in(member, typology).order_by()
    if typology.position == 1:
        place = "main_portfolio_id"
    else:
        in_force = Q(links__typology=typology, links__until=None)
        clients = clients.annotate(place=FilteredRelation("links", condition=in_force))
        place = "place__portfolio_id"
    rows = clients.values_list(place).annotate(Count("pk"), Sum("own__frequency"), Sum("own__monetary"))
    found = {pk: (count, frequency or 0, monetary or NOTHING) for pk, count, frequency, monetary in rows}
    named = list(Portfolio.objects.filter(typology=typology).order_by("position", "id"))
    listed = [Divider(row, *found.get(row.pk, (0, 0, NOTHING))) for row in named if row.active or row.pk in found]
    return [*listed, Divider(None, *found[None])] if None in found else listed


def filter_of(typology: Typology, portfolio: Portfolio | None, levels: dict[str, int | None]) -> str:
    """The question to the list of clients, as JSON."""
    conditions: list[dict[str, Any]] = [
        {"field": f"portfolio.{typology.position}.{name}", "op": "empty"}
        if level is None
        else {"field": f"portfolio.{typology.position}.{name}", "op": "eq", "value": level}
        for name, level in levels.items()
    ]
    if portfolio is not None:
        conditions.append({"field": f"portfolio.{typology.position}.name", "op": "in", "value": [portfolio.pk]})
    return json.dumps({"all": conditions})


def _place(portfolio: Portfolio, typology: Typology) -> Q:
    if typology.position == 1:
        return Q(main_portfolio=portfolio)
    return Q(links__portfolio=portfolio, links__until=None)


def _levels(typology: Typology, found: Iterable[int | None]) -> list[int | None]:
    known: list[int | None] = list(range(typology.scale, 0, -1))
    return [*known, None] if None in set(found) else known


def _mixed(typology: Typology, recency: int | None, frequency: int | None) -> str:
    """Between the colours of both levels, the worse one where they do not meet."""
    return typology.tone((recency + frequency) // 2 if recency and frequency else None)


def _row(cells: Sequence[Cell]) -> Row:
    total = sum((cell.monetary for cell in cells), NOTHING)
    return Row(cells[0].recency, cells, sum(cell.clients for cell in cells), total)


def _shares(
    measure: str, counted: Sequence[tuple[int | None, int]], typology: Typology, portfolio: Portfolio | None
) -> list[Share]:
    found: dict[int | None, int] = {}
    for level, clients in counted:
        found[level] = found.get(level, 0) + clients
    total = sum(found.values())
    return [
        Share(
            level,
            found.get(level, 0),
            found.get(level, 0) / total if total else 0.0,
            typology.tone(level),
            filter_of(typology, portfolio, {f"{measure}_level": level}),
        )
        for level in _levels(typology, found)
    ]
