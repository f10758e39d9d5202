"""What a new firm receives from this app: ten typologies, two of them active, and the default portfolio (XCT-05).

These are rows of the firm from then on, hence written in its language here.
"""

from __future__ import annotations

from decimal import Decimal

from clients.defaults import Words
from portfolios.enums import MOST_TYPOLOGIES, Scale
from portfolios.models import PALETTES, Portfolio, Typology

ACTIVE_AT_FIRST = 2
DEFAULT_PORTFOLIO = Words("Generico", "General")
NAMES = (
    Words("Risparmio gestito", "Managed savings"),
    Words("Previdenza e protezione", "Pensions and protection"),
)
UNNAMED = Words("Tipologia {}", "Typology {}")
RECENCY, FREQUENCY = [30, 90, 180, 365], [1, 2, 4, 8]
MONETARY = [Decimal(euros) for euros in (1_000, 5_000, 20_000, 50_000)]
POTENTIALITY = [Decimal(euros) for euros in (10_000, 50_000, 100_000, 500_000)]


def load(scheme: str) -> None:
    """The rows for the bound firm, whatever the scheme. Loading twice adds nothing."""
    Typology.objects.bulk_create([_typology(place) for place in range(1, MOST_TYPOLOGIES + 1)], ignore_conflicts=True)
    if not Portfolio.objects.filter(is_default=True).exists():
        first = Typology.objects.get(position=1)
        Portfolio.objects.create(typology=first, name=DEFAULT_PORTFOLIO.here(), is_default=True, position=1)


def _typology(position: int) -> Typology:
    named = NAMES[position - 1] if position <= len(NAMES) else None
    return Typology(
        position=position,
        name=named.here() if named else UNNAMED.here().format(position),
        active=position <= ACTIVE_AT_FIRST,
        scale=Scale.FIVE,
        recency_thresholds=RECENCY,
        frequency_thresholds=FREQUENCY,
        monetary_thresholds=MONETARY,
        potentiality_thresholds=POTENTIALITY,
        palette=list(PALETTES[5]),
    )
