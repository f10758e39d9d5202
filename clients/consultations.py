"""The log of consultations as people ask for it: narrowed, counted, line by line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Func, Max, Min, QuerySet
from django.db.models.functions import TruncHour

from clients import queries
from clients.models import Access, Client
from web.keyset import keyset_page

MOST_ALERTS = 200
MOST_HOURS = 48
BATCH = 1_000


@dataclass(frozen=True)
class Hour:
    begin: datetime
    clients: int
    members: int


@dataclass(frozen=True)
class Summary:
    """What was seen in a window of time: how many clients, when first and last, and hour by hour."""

    clients: int
    looks: int
    first: datetime | None
    last: datetime | None
    hours: tuple[Hour, ...]


def looks(wanted: Mapping[str, Any]) -> QuerySet[Access]:
    return queries.looks(**wanted)


def summary(rows: QuerySet[Access]) -> Summary:
    """Two statements, however many looks there are."""
    seen = rows.order_by().annotate(client_id=Func(F("seen"), function="unnest"))
    apart = Access.objects.filter(pk__in=rows.order_by().values("pk"))
    told = apart.aggregate(looks=Count("pk"), first=Min("at"), last=Max("at"))
    clients = seen.values("client_id").distinct().count()
    return Summary(clients=clients, hours=tuple(_hours(seen)), **told)


def _hours(seen: QuerySet[Any]) -> Iterator[Hour]:
    """The latest hours in which somebody looked."""
    pairs = seen.annotate(hour=TruncHour("at")).values_list("hour", "by_id", "client_id").distinct()
    counted: dict[datetime, tuple[set[int], set[int]]] = {}
    for hour, member, client in pairs.order_by("-hour").iterator():
        if hour not in counted and len(counted) == MOST_HOURS:
            break
        clients, members = counted.setdefault(hour, (set(), set()))
        clients.add(client)
        members.add(member)
    for hour, (clients, members) in counted.items():
        yield Hour(hour, len(clients), len(members))


def names_of(rows: Iterable[Access]) -> dict[int, str]:
    seen = {pk for look in rows for pk in look.seen}
    return dict(Client.objects.filter(pk__in=seen).values_list("pk", "name"))


def lines(wanted: Mapping[str, Any]) -> Iterator[tuple[Access, int, str]]:
    """A line for each client of each look, the latest first, read in batches."""
    cursor: str | None = None
    while True:
        page = keyset_page(looks(wanted), ordering="-at", cursor=cursor, size=BATCH)
        names = names_of(page.items)
        for look in page.items:
            for pk in look.seen:
                yield look, pk, names.get(pk, "")
        cursor = page.next
        if cursor is None:
            return
