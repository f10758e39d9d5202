"""How foresight is shown: a chart, the same in a table, and who is concerned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from clients.models import Client
from scheduling.foresight import Foresight
from tenants.models import Membership
from web import formatting

# So many clients of each kind are named on the page; the API names more.
NAMED = 50


def shown(foresight: Foresight) -> dict[str, Any]:
    """What the part ``scheduling/_foresight.html`` needs, whatever was changed."""
    return {
        "foresight": foresight,
        "chart": chart(foresight),
        "advisors": by_advisor(foresight),
        "concerned": _concerned(foresight),
    }


def chart(foresight: Foresight) -> dict[str, Any]:
    total = foresight.total
    series = [
        {"name": _("Today"), "type": "bar", "data": total.before, "tone": "gray"},
        {"name": _("After"), "type": "bar", "data": total.after},
    ]
    return {"labels": [formatting.month_short(month) for month in foresight.months], "series": series}


def by_advisor(foresight: Foresight) -> list[dict[str, Any]]:
    """Each advisor's load with his name, whose load changes most first."""
    names = dict(Membership.objects.values_list("pk", "name"))
    return [
        {
            "name": names.get(load.advisor_id or 0) or _("Without an advisor"),
            "load": load,
            "months": list(zip(foresight.months, load.before, load.after, strict=True)),
        }
        for load in foresight.advisors
    ]


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
