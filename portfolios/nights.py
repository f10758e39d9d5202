"""The night's part: handovers whose day has come, and automatic R F M P, first of all steps, since groups may ask for
portfolios and levels (architecture.md 4).
"""

from __future__ import annotations

from datetime import date, datetime

from clients.worklist import EVERYBODY, Selection, WorkList
from portfolios import planned_handovers, scoring
from portfolios.models import Typology
from tenants.binding import bound_firm, local_today


def refresh_scores(*, today: date, listed: WorkList) -> int:
    """Compute what changed since the night before and what the date made due; the number of rows that changed.

    Where thresholds, scale or activity changed, or the date goes back, everybody is computed. Whose row changed comes
    onto the list, so that the steps that follow look at him.
    """
    written = 0
    for typology in scoring.waiting_for_the_night():
        clients = _concerned(typology, today=today, listed=listed)
        changed = scoring.score(typology, today=today, clients=clients) if clients.ids != [] else []
        listed.add(changed)
        written += len(changed)
        _note(typology, today=today)
    return written


def hand_over(*, today: date, at: datetime, listed: WorkList) -> None:
    """Whoever moves comes onto the list, so that the steps that follow look at him.

    Never before the day by the clock: a night asked for a day to come hands nothing over (O-62).
    """
    day = min(today, local_today(bound_firm(), at=at))
    listed.add(planned_handovers.take_effect(today=day, at=at))


def _concerned(typology: Typology, *, today: date, listed: WorkList) -> Selection:
    is_fresh = typology.changed_at is None and typology.scored_on is not None and typology.scored_on <= today
    if not is_fresh or listed.ids is None:
        return EVERYBODY
    return Selection(sorted(listed.ids.union(scoring.due(typology, today=today))))


def _note(typology: Typology, *, today: date) -> None:
    """The mark is only taken away if nothing has changed since it was read."""
    asked = Typology.objects.filter(pk=typology.pk, version=typology.version)
    if typology.changed_at is not None or typology.scored_on != today:
        asked.update(scored_on=today, changed_at=None)
