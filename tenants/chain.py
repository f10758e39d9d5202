"""The hash chain over a firm's audit trail: joined in the night, verified in the night (docs/decisions/0027).

Lines are chained after they were committed, in one order, by one worker at a time: whoever writes the trail waits for
nobody. Whatever is later changed, deleted, or slipped in with a time that was chained already, is found.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import Exists, Max, OuterRef, QuerySet

from tenants.binding import bound_firm_id
from tenants.models import AuditEvent, AuditLink

AT_ONCE = 2_000
# A class of advisory locks: one worker at a time at one firm's chain.
LOCK = 0x133B
# The longest that a transaction may take to commit a line after it has noted its time.
UNDER_WAY = timedelta(hours=1)
FIRST = bytes(32)
MOST_TOLD = 50
REDACTED = "audit.redacted"


class Finding(StrEnum):
    CHANGED = "changed"
    DELETED = "deleted"
    INSERTED = "inserted"
    BROKEN = "broken"


@dataclass(frozen=True)
class Found:
    """``number`` is the place in the chain; ``event`` the id of the line."""

    kind: str
    number: int | None
    event: int


@dataclass
class Report:
    lines: int = 0
    head: str = ""
    redacted: int = 0
    found: int = 0
    findings: list[Found] = field(default_factory=list)

    def tell(self, kind: Finding, number: int | None, event: int) -> None:
        self.found += 1
        if len(self.findings) < MOST_TOLD:
            self.findings.append(Found(kind.value, number, event))

    def document(self) -> dict[str, Any]:
        return asdict(self)


def extend(*, at: datetime) -> int:
    """Chain every line of the bound firm that is not chained yet; how many there were."""
    if not _is_free():
        return 0
    number, last, before = _head()
    made = 0
    waiting = _unlinked(AuditEvent.objects.all())
    # What was told a moment ago may still be waiting for the commit of an earlier one; both come the next time.
    if before is not None:
        waiting = waiting.filter(at__gte=before - UNDER_WAY)
    while page := list(waiting.order_by("id")[:AT_ONCE]):
        links = []
        for event in page:
            number += 1
            values = values_hash(event)
            last = link_hash(last, number, event, values)
            links.append(AuditLink(number=number, event_id=event.pk, values_hash=values, hash=last, at=at))
        AuditLink.objects.bulk_create(links)
        made += len(links)
    return made


def verify() -> Report:
    """The whole chain of the bound firm against the lines as they stand."""
    report, last, number = Report(), FIRST, 0
    redactions = _redactions()
    for links in _links():
        events = AuditEvent.objects.in_bulk([link.event_id for link in links])
        for link in links:
            number += 1
            _check(link, number, events.get(link.event_id), last, redactions, report)
            number, last = link.number, bytes(link.hash)
    # As the last link counts them, whether or not one before it is gone.
    report.lines, report.head = number, last.hex() if number else ""
    for event_id in _slipped_in():
        report.tell(Finding.INSERTED, None, event_id)
    return report


def values_hash(event: AuditEvent) -> bytes:
    """The hash of what a line tells of before and after."""
    return _digest([event.before, event.after])


def link_hash(last: bytes, number: int, event: AuditEvent, values: bytes) -> bytes:
    """The hash of a link: the one before it, its place, and all of the line; of its facts only their hash."""
    said = [event.pk, event.at.isoformat(), event.by_id, event.action, event.target_kind, event.target_id]
    return _digest([last.hex(), number, said, values.hex()])


def _check(  # noqa: PLR0913 - what one link is held against
    link: AuditLink,
    number: int,
    event: AuditEvent | None,
    last: bytes,
    redactions: set[tuple[str, int]],
    report: Report,
) -> None:
    values = bytes(link.values_hash)
    if link.number != number:
        report.tell(Finding.BROKEN, link.number, link.event_id)
    if event is None:
        report.tell(Finding.DELETED, link.number, link.event_id)
    elif link_hash(last, link.number, event, values) != bytes(link.hash):
        report.tell(Finding.CHANGED, link.number, link.event_id)
    elif values_hash(event) != values:
        if _is_redacted(event) and (event.target_kind, event.target_id) in redactions:
            report.redacted += 1
        else:
            report.tell(Finding.CHANGED, link.number, link.event_id)


def _is_redacted(event: AuditEvent) -> bool:
    """Only the names of the columns are left, as an erasure leaves them."""
    return not any(value is not None for side in (event.before, event.after) for value in side.values())


def _redactions() -> set[tuple[str, int]]:
    """The rows whose values an erasure took out of the trail, as the trail itself tells."""
    told = AuditEvent.objects.filter(action=REDACTED).values_list("after", flat=True)
    return {(said.get("kind", ""), pk) for said in told for pk in said.get("ids") or []}


def _slipped_in() -> Sequence[int]:
    """Lines that say they are older than the chain, and are not in it."""
    _number, _last, chained = _head()
    if chained is None:
        return []
    old = _unlinked(AuditEvent.objects.filter(at__lt=chained - UNDER_WAY))
    return list(old.order_by("id").values_list("pk", flat=True)[:AT_ONCE])


def _unlinked(events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
    return events.filter(~Exists(AuditLink.objects.filter(event_id=OuterRef("pk"))))


def head() -> tuple[int, str]:
    """How long the chain is, and the hash at its end."""
    number, last, _at = _head()
    return number, last.hex() if number else ""


def _head() -> tuple[int, bytes, datetime | None]:
    """The number and hash of the last link, and when the chain was last extended."""
    last = AuditLink.objects.order_by("-number").first()
    if last is None:
        return 0, FIRST, None
    latest: datetime | None = AuditLink.objects.aggregate(latest=Max("at"))["latest"]
    return last.number, bytes(last.hash), latest


def _links() -> Iterator[list[AuditLink]]:
    after = 0
    while page := list(AuditLink.objects.filter(number__gt=after).order_by("number")[:AT_ONCE]):
        yield page
        after = page[-1].number


def _digest(said: Iterable[Any]) -> bytes:
    text = json.dumps(list(said), cls=DjangoJSONEncoder, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).digest()


def _is_free() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK, bound_firm_id() % 2**31])
        return bool(cursor.fetchone()[0])
