"""A page of a time line: each table gives its latest few by index, one statement merges them, one each tells them.

The order is total: by moment, then by kind, then by id. A page begins after a place in that order, so that nothing is
lost or shown twice while events arrive (as web/keyset.py does for one table).
"""

from __future__ import annotations

import base64
import binascii
import json
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import CharField, DateTimeField, Expression, F, Func, Q, QuerySet, Value

from clients.enums import ClientKind
from clients.models import Client
from clients.timeline.sources import Event, Source, sources
from clients.visibility import of_visible_clients
from tenants.binding import bound_firm, local_now
from tenants.models import Membership
from web.documents import read_json
from web.keyset import LARGEST_ID, InvalidCursorError


class When(StrEnum):
    """Which side of now: what was, latest first; what is to come, soonest first (STY-26)."""

    PAST = "past"
    FUTURE = "future"


@dataclass(frozen=True, slots=True)
class Place:
    """Just after (or before) this event, on one side of now."""

    when: When
    at: datetime
    kind: str
    pk: int
    backward: bool = False

    def encoded(self) -> str:
        parts = [self.when, self.at.isoformat(), self.kind, self.pk, int(self.backward)]
        return base64.urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class Page:
    """As web.keyset.Page, of events."""

    items: list[Event]
    next: str | None
    previous: str | None


@dataclass(frozen=True, slots=True)
class Wish:
    """What of a time line is asked for; no kinds at all means every kind."""

    now: datetime
    when: When = When.PAST
    kinds: Collection[str] = ()
    cursor: str | None = None
    size: int = 50


def events(client: Client, wish: Wish, *, by: Membership) -> Page:
    """The client's own events and, of a company, those of the people linked to it at that time (STY-22).

    ``by`` may see the client; of the people he sees the events of those whom he may see.
    """
    place = _decoded(wish.cursor, wish.when) if wish.cursor else None
    backward = place is not None and place.backward
    chosen = [source for kind, source in sources().items() if not wish.kinds or kind in wish.kinds]
    found = _merged(list(_branches(client, chosen, wish, place, by)), wish.size + 1, downwards=_downwards(wish, place))
    more = len(found) > wish.size
    found = found[: wish.size][::-1] if backward else found[: wish.size]
    if not found:
        return Page([], None, None)
    has_next, has_previous = (True, more) if backward else (more, place is not None)
    last, first = (Place(wish.when, at, kind, pk) for kind, at, pk in (found[-1], found[0]))
    return Page(
        _told(found),
        last.encoded() if has_next else None,
        replace(first, backward=True).encoded() if has_previous else None,
    )


def _downwards(wish: Wish, place: Place | None) -> bool:
    return (wish.when == When.PAST) != (place is not None and place.backward)


def _branches(
    client: Client, chosen: list[Source], wish: Wish, place: Place | None, by: Membership
) -> Iterator[QuerySet[Any, Any]]:
    """What each table gives at most: two walks along an index for a company, one for a person."""
    downwards = _downwards(wish, place)
    sign = "-" if downwards else ""
    mine = [Q(client=client)]
    if client.kind == ClientKind.COMPANY:
        mine.append(Q(company=client) & of_visible_clients(by))
    for source in chosen:
        for whose in mine:
            rows = source.rows().annotate(moment=_moment(source)).filter(whose, _bound(source, _side(wish), wish.now))
            if place is not None:
                rows = rows.filter(*_beyond(source, place, downwards=downwards))
            rows = rows.annotate(what=Value(source.kind, output_field=CharField()), row=F("pk"))
            rows = rows.order_by(f"{sign}{source.at}", f"{sign}pk")
            yield rows.values_list("what", "moment", "row")[: wish.size + 1]


def _moment(source: Source) -> Expression | F:
    """Of a dated event the beginning of its day in the firm's zone."""
    if not source.by_day:
        return F(source.at)
    return Func(
        F(source.at),
        Value(bound_firm().time_zone),
        template="(%(expressions)s)",
        arg_joiner="::timestamp AT TIME ZONE ",
        output_field=DateTimeField(),
    )


def _bound(source: Source, than: str, at: datetime) -> Q:
    """On this side of a moment; of a dated source the day itself is bounded as well, for the index."""
    bound = Q(**{f"moment__{than}": at})
    if source.by_day:
        bound &= Q(**{f"{source.at}__{than[:2]}e": local_now(bound_firm(), at=at).date()})
    return bound


def _side(wish: Wish) -> str:
    return "lte" if wish.when == When.PAST else "gt"


def _beyond(source: Source, place: Place, *, downwards: bool) -> list[Q]:
    """The first condition bounds the index; the second drops what was shown of the same moment."""
    than = "lt" if downwards else "gt"
    reached = _bound(source, f"{than}e", place.at)
    if source.kind == place.kind:
        return [reached, Q(**{f"moment__{than}": place.at}) | Q(**{f"pk__{than}": place.pk})]
    comes_after = source.kind < place.kind if downwards else source.kind > place.kind
    return [reached if comes_after else _bound(source, than, place.at)]


def _merged(branches: list[QuerySet[Any, Any]], size: int, *, downwards: bool) -> list[tuple[str, datetime, int]]:
    """The first of all of them together, in one statement."""
    if len(branches) < 2:
        return list(branches[0]) if branches else []
    sign = "-" if downwards else ""
    first, *others = branches
    merged = first.union(*others, all=True)
    return list(merged.order_by(f"{sign}moment", f"{sign}what", f"{sign}row")[:size])


def _told(found: list[tuple[str, datetime, int]]) -> list[Event]:
    """In words and in the same order; one that went in between is left out."""
    ids: defaultdict[str, list[int]] = defaultdict(list)
    for kind, _at, pk in found:
        ids[kind].append(pk)
    told = {(kind, event.id): event for kind, keys in ids.items() for event in sources()[kind].tell(keys)}
    return [told[kind, pk] for kind, _at, pk in found if (kind, pk) in told]


def _decoded(text: str, when: When) -> Place:
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        side, at, kind, pk, backward = read_json(base64.b64decode(padded, altchars=b"-_", validate=True))
        place = Place(When(side), datetime.fromisoformat(at), kind, pk, bool(backward))
        if type(pk) is not int or not 0 <= pk <= LARGEST_ID or kind not in sources() or place.at.tzinfo is None:
            raise ValueError("no place of a time line")
    except (ValueError, TypeError, binascii.Error) as error:
        raise InvalidCursorError("The cursor is not readable.") from error
    if place.when != when:
        raise InvalidCursorError("The cursor belongs to the other side of now.")
    return place
