"""What portfolios contributes to the import of clients: the main portfolio, by name (api.md)."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from clients.imports import cells
from clients.imports.cells import Notation, Value
from clients.imports.targets import Column, Place, Target, contribute
from portfolios.models import Portfolio


def register() -> None:
    """Called when the app is ready."""
    contribute(
        Target(
            name="main_portfolio",
            label=_("main portfolio"),
            place=Place.CLIENT,
            columns=(Column("main_portfolio_id", "bigint"),),
            reader=_portfolio,
        )
    )


def _portfolio(notation: Notation) -> Callable[[str], tuple[Value, ...]]:
    offered = Portfolio.objects.filter(active=True, typology__position=1)
    read = cells.entry(list(offered.values_list("name", "pk")))
    return lambda cell: (read(cell),)
