"""What portfolios brings into the catalogue of client fields."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from clients.catalogue import CatalogueField, Choices, FieldGroup, register
from clients.filters import types
from clients.filters.compile import Column
from portfolios.models import Portfolio


def main_portfolio() -> CatalogueField:
    """The first portfolio, which every client has (GAT-05)."""
    return CatalogueField(
        name="main_portfolio",
        label=_("main portfolio"),
        group=FieldGroup.RELATIONSHIP,
        type=types.REFERENCE,
        read=lambda client, today: (client.main_portfolio_id,),
        show=lambda client, today: (client.main_portfolio,),
        select=("main_portfolio",),
        source=Column("main_portfolio"),
        choices=lambda: _portfolios(active=True),
        names=_portfolios,
        sort="main_portfolio__position",
    )


def _portfolios(**asked: bool) -> Choices:
    rows = Portfolio.objects.filter(typology__position=1, **asked).order_by("position", "id")
    return [(row.pk, row.name) for row in rows]


register([main_portfolio()])
