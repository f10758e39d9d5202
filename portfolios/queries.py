"""Reading portfolios."""

from __future__ import annotations

from django.db.models import QuerySet

from portfolios.models import Portfolio, Typology
from tenants.binding import bound_firm


def typologies() -> QuerySet[Typology]:
    """All ten, in order."""
    return Typology.objects.order_by("position")


def default_portfolio_id() -> int:
    """What a client gets for whom no portfolio is named (O-63); read once for each time that the firm is bound."""
    firm = bound_firm()
    known: int | None = getattr(firm, "_default_portfolio_id", None)
    if known is None:
        known = Portfolio.objects.values_list("pk", flat=True).get(is_default=True)
        firm._default_portfolio_id = known  # type: ignore[attr-defined]
    return known
