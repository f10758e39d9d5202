"""The storico as its page shows and exports it: searched and narrowed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from clients.queries import of_found_clients
from outcomes.models import Fulfilment
from outcomes.queries.history import history
from tenants.binding import bound_firm
from tenants.models import Membership

EQUAL = ("type", "outcome", "author", "status")
NAMES = {"status": "to_status"}
# What the file says of each; the last two are the place from which the next batch is read.
COLUMNS = (
    "at",
    "client__name",
    "type__name",
    "outcome__name",
    "to_status__name",
    "points",
    "author__name",
    "note",
    "pk",
)
BATCH = 2_000
Line = tuple[Any, ...]


def storico(membership: Membership, wanted: Mapping[str, Any]) -> QuerySet[Fulfilment]:
    """What is in force and fits: client, type, outcome, operator, status, period, least points."""
    rows = history(membership)
    if wanted.get("search"):
        rows = rows.filter(of_found_clients(membership, wanted["search"]))
    for name in EQUAL:
        if wanted.get(name):
            rows = rows.filter(**{NAMES.get(name, name): wanted[name]})
    if wanted.get("since"):
        rows = rows.filter(at__gte=midnight(wanted["since"]))
    if wanted.get("until"):
        rows = rows.filter(at__lt=midnight(wanted["until"] + timedelta(days=1)))
    if wanted.get("points") is not None:
        rows = rows.filter(points__gte=wanted["points"])
    return rows


def lines_of(rows: QuerySet[Fulfilment], *, size: int = BATCH) -> Iterator[Line]:
    """All of them, latest first, as ``COLUMNS``: a statement for each batch, and no more than a batch in memory."""
    ordered = rows.select_related(None).order_by("-at", "-pk").values_list(*COLUMNS)
    batch = list(ordered[:size])
    while batch:
        yield from batch
        if len(batch) < size:
            return
        at, pk = batch[-1][0], batch[-1][-1]
        # The first condition bounds the index, the second drops what was read already.
        batch = list(ordered.filter(Q(at__lte=at), Q(at__lt=at) | Q(pk__lt=pk))[:size])


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(bound_firm().time_zone))
