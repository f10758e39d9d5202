"""Reading portfolios."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet, Subquery

from clients.models import Client
from clients.queries import visible_clients
from portfolios.models import Link, Portfolio, Sale, Typology
from tenants.binding import forget, remembered
from tenants.models import Membership

SETTING = "portfolios.setting"


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


@dataclass(frozen=True)
class Setting:
    """What every change of a client asks of the firm."""

    default_portfolio_id: int
    # The positions of the active typologies that are computed from sales.
    automatic: tuple[int, ...]


def setting() -> Setting:
    """Read in one statement, once for each time that the firm is bound."""
    return remembered(SETTING, _read_setting)


def default_portfolio_id() -> int:
    """What a client gets for whom no portfolio is named (O-63)."""
    return setting().default_portfolio_id


def forget_setting() -> None:
    """Called by who changes it."""
    forget(SETTING)


def _read_setting() -> Setting:
    default = Portfolio.objects.filter(is_default=True).values("pk")
    rows = Typology.objects.filter(Q(position=1) | Q(active=True, is_automatic=True)).order_by("position")
    found = list(rows.annotate(default=Subquery(default[:1])).values_list("position", "is_automatic", "default"))
    if not found or found[0][2] is None:
        raise Portfolio.DoesNotExist("The firm has no default portfolio: its defaults were not loaded.")
    return Setting(found[0][2], tuple(position for position, automatic, _default in found if automatic))
