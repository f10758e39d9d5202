"""REST: typologies, portfolios, subjects, sales, and what of them hangs on a client."""

from __future__ import annotations

from typing import Any

from portfolios.api.clients import (
    ClientPortfolioViewSet,
    ClientScoreExplanationViewSet,
    ClientScoreHistoryViewSet,
    ClientScoreViewSet,
)
from portfolios.api.handovers import PlannedHandoverViewSet
from portfolios.api.sales import SaleViewSet
from portfolios.api.typologies import PortfolioViewSet, SubjectViewSet, TypologyViewSet

RESOURCES: dict[str, type[Any]] = {
    "portfolio-types": TypologyViewSet,
    "portfolios": PortfolioViewSet,
    "subjects": SubjectViewSet,
    "sales": SaleViewSet,
    "planned-handovers": PlannedHandoverViewSet,
}

# ``clients/{id}/…/``
OF_A_CLIENT: dict[str, tuple[type[Any], dict[str, str]]] = {
    "portfolios": (ClientPortfolioViewSet, {"get": "list", "put": "update"}),
    "score-history": (ClientScoreHistoryViewSet, {"get": "list"}),
    "score-explanations": (ClientScoreExplanationViewSet, {"get": "list"}),
    "scores": (ClientScoreViewSet, {"get": "list", "put": "update"}),
}
