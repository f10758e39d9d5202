"""Reading the feed: entries after a cursor, in the order of the commits."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Func, QuerySet

from tenants.binding import bound_firm_id
from tenants.feed.notes import MOST_IN_A_ROW, Kind
from tenants.models import Change, ChangeHead

# A row holds up to a thousand entries: those that the page needs end at most so far behind it.
ENTRIES = f"""
SELECT entry.number, c.resource, c.change, c.people, c.at, entry.id
FROM tenants_change c
CROSS JOIN LATERAL (
    SELECT c.first + place.place - 1 AS number, place.id FROM unnest(c.ids) WITH ORDINALITY AS place (id, place)
) entry
WHERE c.firm_id = %(firm)s AND c.last > %(since)s AND c.last <= %(until)s + {MOST_IN_A_ROW}
  AND entry.number > %(since)s AND entry.number <= %(until)s
  AND (%(resources)s::text[] IS NULL OR c.resource = ANY(%(resources)s::text[]))
ORDER BY entry.number
"""  # noqa: S608 - a constant


class ForgottenError(Exception):
    """The feed does not reach back to this cursor any more."""


@dataclass(frozen=True)
class Entry:
    """One thing that happened to one row."""

    number: int
    resource: str
    kind: Kind
    people: tuple[int, ...]
    at: datetime
    row_id: int


def head() -> int:
    """The number of the last entry."""
    return ChangeHead.objects.values_list("last", flat=True).first() or 0


def oldest() -> int:
    """The number before the first entry that is kept."""
    first: int | None = Change.objects.order_by("last").values_list("first", flat=True).first()
    return head() if first is None else first - 1


def entries(since: int, until: int, resources: Collection[str] | None = None) -> list[Entry]:
    """What happened after ``since`` up to ``until``. Raises ForgottenError."""
    if since < oldest():
        raise ForgottenError
    wanted = sorted(resources) if resources is not None else None
    with connection.cursor() as cursor:
        given = {"firm": bound_firm_id(), "since": since, "until": until, "resources": wanted}
        cursor.execute(ENTRIES, given)
        rows = cursor.fetchall()
    return [
        Entry(number, resource, Kind(kind), tuple(people), at, pk) for number, resource, kind, people, at, pk in rows
    ]


def reaches(since: datetime) -> bool:
    """Whether the feed still holds everything that has happened since."""
    first = Change.objects.order_by("last").values_list("at", flat=True).first()
    return first is not None and first <= since


def changed_since(resource: str, since: datetime) -> QuerySet[Any]:
    """The ids of rows that were created or updated since."""
    told = Change.objects.filter(resource=resource, at__gte=since).exclude(change=Kind.DELETED)
    return told.values_list(Func("ids", function="unnest"))


def forget(*, before: datetime) -> int:
    """Let go of what is older; whoever comes with a cursor from then has to read everything anew."""
    return int(Change.objects.filter(at__lt=before).delete()[0])
