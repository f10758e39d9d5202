"""How the levels of a typology moved: at the end of each month, how many clients had which level.

Of one portfolio: how the levels of those who are in it today moved, whether they were in it then or not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from clients.queries import visible_clients
from portfolios.enums import Measure
from portfolios.measures import month_ends
from portfolios.models import Portfolio, Typology
from tenants.binding import bound_firm_id
from tenants.models import Membership
from tenants.permissions import Permission

MONTHS = 13
# A line of the history holds until the next one of the same client.
COUNT = """
    WITH held AS (
        SELECT client_id, "on", {measure}_level AS level,
               lead("on") OVER (PARTITION BY client_id ORDER BY "on") AS until
        FROM portfolios_levelchange WHERE firm_id = %(firm)s AND position = %(position)s
    )
    SELECT m.day, h.level, count(*)
    FROM held h
    JOIN unnest(%(days)s::date[]) AS m(day) ON h."on" <= m.day AND (h.until IS NULL OR h.until > m.day)
    JOIN clients_client c ON c.firm_id = %(firm)s AND c.id = h.client_id AND c.state = 'active' {is_in} {is_seen}
    WHERE h.level IS NOT NULL
    GROUP BY m.day, h.level
"""
IN_FIRST = "AND c.main_portfolio_id = %(portfolio)s"
IN_OTHERS = """AND EXISTS (
        SELECT FROM portfolios_link l WHERE l.firm_id = %(firm)s AND l.client_id = c.id
            AND l.portfolio_id = %(portfolio)s AND l.until IS NULL)"""


@dataclass(frozen=True)
class MonthEnd:
    """How many clients had each level, from the worst to the best."""

    day: date
    counts: Sequence[int]

    @property
    def clients(self) -> int:
        return sum(self.counts)


def drift(
    member: Membership, typology: Typology, measure: Measure, *, today: date, portfolio: Portfolio | None = None
) -> list[MonthEnd]:
    """The last months and today, in order; those before anything was known are left out."""
    days = month_ends(today, MONTHS)
    is_in = "" if portfolio is None else IN_FIRST if typology.position == 1 else IN_OTHERS
    statement = COUNT.format(measure=Measure(measure).value, is_in=is_in, is_seen=_is_seen(member))
    asked: dict[str, Any] = {"firm": bound_firm_id(), "position": typology.position, "days": days}
    with connection.cursor() as cursor:
        cursor.execute(statement, asked | {"portfolio": portfolio.pk if portfolio else None})
        found = {(day, level): count for day, level, count in cursor.fetchall()}
    ends = [MonthEnd(day, [found.get((day, level), 0) for level in range(1, typology.scale + 1)]) for day in days]
    known = next((place for place, end in enumerate(ends) if end.clients), len(ends))
    return ends[known:]


def _is_seen(member: Membership) -> str:
    if member.can(Permission.VIEW_ALL_CLIENTS):
        return ""
    seen, params = visible_clients(member).order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        visible: str = cursor.mogrify(seen, params).decode().replace("%", "%%")
    return f"AND c.id IN ({visible})"
