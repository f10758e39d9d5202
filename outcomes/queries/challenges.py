"""How challenges are read, each with its live ranking (O-36)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from outcomes.models import Challenge, GraphLayout
from outcomes.queries.leaderboard import Period, Place, ranking
from tenants.models import Firm


@dataclass(frozen=True, slots=True)
class Standing:
    """One who takes part: his place, and how far he is."""

    place: Place
    percent: int
    has_reached: bool


def challenges() -> QuerySet[Challenge]:
    """Those that end last come first."""
    found: QuerySet[Challenge] = Challenge.objects.order_by("-ends_on", "-pk")
    return found


def standings(challenge: Challenge, *, firm: Firm) -> list[Standing]:
    """The live ranking of those who take part."""
    only = None if challenge.for_everybody else list(challenge.entrants.values_list("member_id", flat=True))
    period = Period(first=challenge.starts_on, last=challenge.ends_on)
    return [
        Standing(place, min(100, max(0, place.points * 100 // challenge.target)), place.points >= challenge.target)
        for place in ranking(period, firm=firm, only=only)
    ]


def phase_of(challenge: Challenge, *, on: date) -> str:
    """``coming``, ``running`` or ``over``."""
    if on < challenge.starts_on:
        return "coming"
    return "over" if on > challenge.ends_on else "running"


def layout() -> dict[str, list[float]]:
    """Where the editor drew the nodes."""
    found = GraphLayout.objects.first()
    positions: dict[str, list[float]] = found.positions if found else {}
    return positions
