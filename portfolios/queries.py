"""Reading portfolios."""

from __future__ import annotations

from django.db.models import QuerySet

from clients.models import Client
from clients.queries import visible_clients
from portfolios.models import Link, Portfolio, Sale, Typology
from tenants.binding import bound_firm
from tenants.models import Membership


def typologies() -> QuerySet[Typology]:
    """All ten, in order."""
    return Typology.objects.order_by("position")


def visible_sales(member: Membership) -> QuerySet[Sale]:
    """The ledger of the clients whom the member sees."""
    sales: QuerySet[Sale] = Sale.objects.filter(client__in=visible_clients(member)).select_related("typology")
    return sales


def links_of(client: Client) -> QuerySet[Link]:
    """The client's places in all typologies, now and before."""
    links: QuerySet[Link] = Link.objects.filter(client=client).select_related("typology")
    return links


def default_portfolio_id() -> int:
    """What a client gets for whom no portfolio is named (O-63); read once for each time that the firm is bound."""
    firm = bound_firm()
    known: int | None = getattr(firm, "_default_portfolio_id", None)
    if known is None:
        known = Portfolio.objects.values_list("pk", flat=True).get(is_default=True)
        firm._default_portfolio_id = known  # type: ignore[attr-defined]
    return known
