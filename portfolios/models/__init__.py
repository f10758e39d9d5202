"""What this app keeps."""

from __future__ import annotations

from portfolios.models.handovers import PlannedHandover
from portfolios.models.links import Link
from portfolios.models.sales import Sale
from portfolios.models.scores import LevelChange, ManualValue, Score
from portfolios.models.typologies import PALETTES, Portfolio, Subject, Typology

__all__ = [
    "PALETTES",
    "LevelChange",
    "Link",
    "ManualValue",
    "PlannedHandover",
    "Portfolio",
    "Sale",
    "Score",
    "Subject",
    "Typology",
]
