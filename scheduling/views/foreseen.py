"""How foresight is shown: a chart, the same in a table, and who is concerned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from clients.models import Client
from scheduling.capacity import capacities
from scheduling.foresight import Foresight, Load
from tenants.binding import local_today
from tenants.models import Firm, Membership
from web import formatting

# So many clients of each kind are named on the page; the API names more.
NAMED = 50


@dataclass(frozen=True, slots=True)
class Month:
    """An advisor's month: his meetings on either side, and how many he can hold."""

    first: date
    before: int
    after: int
    capacity: int

    @property
    def is_over(self) -> bool:
        return self.after > self.capacity


@dataclass(frozen=True, slots=True)
class Advisor:
    pk: int | None
    name: str
    load: Load
    months: list[Month]

    @property
    def capacity(self) -> int:
        return sum(month.capacity for month in self.months)

    @property
    def is_over(self) -> bool:
        """More than he can hold, in the year or in a month of it."""
        return self.pk is not None and any(month.is_over for month in self.months)


def shown(foresight: Foresight, *, firm: Firm) -> dict[str, Any]:
    """What the part ``scheduling/_foresight.html`` needs, whatever was changed."""
    advisors = by_advisor(foresight, firm=firm)
    return {
        "foresight": foresight,
        "chart": chart(foresight, advisors),
        "advisors": advisors,
        "concerned": _concerned(foresight),
    }


def chart(foresight: Foresight, advisors: Sequence[Advisor]) -> dict[str, Any]:
    """Load as bars, what the advisors can hold as a line."""
    total = foresight.total
    series: list[dict[str, Any]] = [
        {"name": _("Today"), "type": "bar", "data": total.before, "tone": "gray"},
        {"name": _("After"), "type": "bar", "data": total.after},
        {"name": _("Capacity"), "type": "line", "data": capacity_of(advisors, len(foresight.months))},
    ]
    return {"labels": [formatting.month_short(month) for month in foresight.months], "series": series}


def by_advisor(foresight: Foresight, *, firm: Firm) -> list[Advisor]:
    """Each advisor's load beside what he can hold, whose load changes most first."""
    ids = [load.advisor_id for load in foresight.advisors if load.advisor_id]
    names = dict(Membership.objects.filter(pk__in=ids).values_list("pk", "name"))
    holds = capacities(firm, ids, foresight.months, today=local_today(firm))
    nothing = [0] * len(foresight.months)
    return [
        Advisor(
            load.advisor_id,
            names.get(load.advisor_id or 0) or _("Without an advisor"),
            load,
            [
                Month(*month)
                for month in zip(
                    foresight.months, load.before, load.after, holds.get(load.advisor_id or 0, nothing), strict=True
                )
            ],
        )
        for load in foresight.advisors
    ]


def load_chart(months: Sequence[date], load: Sequence[int], capacity: Sequence[int]) -> dict[str, Any]:
    """Load as bars under the line of what can be held."""
    series = [
        {"name": _("Meetings to hold"), "type": "bar", "data": list(load)},
        {"name": _("Capacity"), "type": "line", "data": list(capacity)},
    ]
    return {"labels": [formatting.month_short(month) for month in months], "series": series}


def capacity_of(advisors: Sequence[Advisor], months: int) -> list[int]:
    """Of all of them together, month by month."""
    return [sum(advisor.months[place].capacity for advisor in advisors) for place in range(months)]


def _concerned(foresight: Foresight) -> list[dict[str, Any]]:
    """Who enters, leaves, or becomes overdue at once: how many, and the first of them by name."""
    lists: list[tuple[str, str, Sequence[int]]] = [
        ("entering", "green", foresight.entering),
        ("leaving", "gray", foresight.leaving),
        ("overdue", "red", foresight.overdue),
    ]
    ids = [pk for _name, _tone, some in lists for pk in some[:NAMED]]
    clients = {
        client.pk: client for client in Client.objects.filter(pk__in=ids).only("pk", "firm_id", "name", "name_key")
    }
    return [
        {
            "kind": kind,
            "tone": tone,
            "count": foresight.counts.get(kind, 0),
            "clients": sorted((clients[pk] for pk in some[:NAMED] if pk in clients), key=lambda one: one.name_key),
        }
        for kind, tone, some in lists
        if foresight.counts.get(kind)
    ]
