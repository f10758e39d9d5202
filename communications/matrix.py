"""Clients against services: how each stands, and where nobody was offered anything yet (the white space)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clients import layouts
from clients.layouts import Asked
from clients.models import Client
from communications.client_fields import PREFIX
from communications.enums import OpportunityState
from communications.models import ClientOpportunity, ServiceOpportunity
from communications.queries import current_ones, offered_services
from web.keyset import Page, keyset_page

SIZE = 50
NEVER = ""


@dataclass(frozen=True)
class Tally:
    """How many of the clients stand so with a service; an empty code: it was never proposed to them."""

    code: str
    service: ServiceOpportunity
    number: int

    @property
    def field(self) -> str:
        return PREFIX + self.service.key


@dataclass(frozen=True)
class Line:
    """One state, over all services."""

    code: str
    label: str | Promise
    counts: tuple[Tally, ...]


@dataclass(frozen=True)
class Cell:
    service: ServiceOpportunity
    row: ClientOpportunity | None


@dataclass(frozen=True)
class Row:
    client: Client
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Matrix:
    services: tuple[ServiceOpportunity, ...]
    lines: tuple[Line, ...]
    page: Page[Client]
    rows: tuple[Row, ...]
    total: int
    total_is_capped: bool = False


def read_matrix(clients: QuerySet[Client], asked: Asked) -> Matrix:
    """One page and the counts over all the clients, in a number of statements that does not depend on them."""
    services = tuple(offered_services())
    total = clients.order_by().count()
    page = keyset_page(clients, ordering="name_key", cursor=asked.cursor, size=SIZE)
    return Matrix(
        services=services,
        lines=tuple(_lines(counts_of(clients, services), services, total)),
        page=page,
        rows=tuple(_rows(page.items, services)),
        total=total,
    )


def counts_of(clients: QuerySet[Client], services: tuple[ServiceOpportunity, ...]) -> dict[tuple[int, str], int]:
    """By service and state, in one statement."""
    rows = current_ones().filter(client__in=clients.order_by().values("pk"), opportunity__in=services)
    counted = rows.order_by().values("opportunity_id", "state").annotate(number=Count("pk"))
    return {(row["opportunity_id"], row["state"]): row["number"] for row in counted}


def never_offered(counts: Mapping[tuple[int, str], int], service: ServiceOpportunity, total: int) -> int:
    return total - sum(number for (pk, _state), number in counts.items() if pk == service.pk)


def _lines(counts: dict[tuple[int, str], int], services: tuple[ServiceOpportunity, ...], total: int) -> list[Line]:
    never = tuple(Tally(NEVER, service, never_offered(counts, service, total)) for service in services)
    others = [
        Line(
            state.value,
            state.label,
            tuple(Tally(state.value, service, counts.get((service.pk, state.value), 0)) for service in services),
        )
        for state in OpportunityState
    ]
    told = [line for line in others if line.code == OpportunityState.OPEN or any(each.number for each in line.counts)]
    return [Line(NEVER, _("Never offered"), never), *told]


def _rows(clients: list[Client], services: tuple[ServiceOpportunity, ...]) -> list[Row]:
    held = current_ones().filter(client__in=[client.pk for client in clients])
    found = {(row.client_id, row.opportunity_id): row for row in held}
    return [
        Row(client, tuple(Cell(service, found.get((client.pk, service.pk))) for service in services))
        for client in clients
    ]


def register() -> None:
    """Called when the app is ready."""
    layouts.register(layouts.Layout("services", _("Services"), "sparkles", "communications/_matrix.html", read_matrix))
