"""An appointment as the file of a CalDAV server: one VEVENT (RFC 5545)."""

from __future__ import annotations

import re
import warnings
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone
from icalendar import Calendar, Event

from scheduling.calendars.adapter import Content, Outgoing, Seen
from scheduling.calendars.contents import one_line

# contents.key_of; a UID of any other shape is not ours.
KEY = re.compile(r"crm[0-9a-f]{40}")
PRODUCT = "-//Cadenza//Calendar//IT"
REFERENCE, MARK = "X-CADENZA-REFERENCE", "X-CADENZA-MARK"
REPEATING = ("RRULE", "RDATE", "EXDATE", "RECURRENCE-ID")


def fresh(outgoing: Outgoing) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    event = Event()
    event.add("uid", outgoing.key)
    event.add("description", outgoing.content.about)
    calendar.add_component(_filled(event, outgoing))
    return bytes(calendar.to_ical())


def changed(data: bytes, outgoing: Outgoing) -> bytes:
    """What was there, with what is ours to say; a series is made one event again."""
    events = _events(data)
    if len(events) != 1:
        return fresh(outgoing)
    calendar, event = events[0]
    _filled(event, outgoing)
    return bytes(calendar.to_ical())


def seen_in(key: str, etag: str, data: bytes) -> Seen:
    """Of a file that cannot be read nothing is known but that it is there."""
    events = _events(data)
    if not events:
        return Seen(key, etag)
    event = events[0][1]
    content = _content(event) if len(events) == 1 else None
    return Seen(key, etag, reference=str(event.get(REFERENCE, "")), mark=str(event.get(MARK, "")), content=content)


def _filled(event: Event, outgoing: Outgoing) -> Event:
    content, now = outgoing.content, timezone.now()
    said: dict[str, Any] = {
        "dtstart": content.starts_at.astimezone(UTC),
        "dtend": content.ends_at.astimezone(UTC),
        "summary": content.title,
        "location": content.place,
        "transp": "TRANSPARENT" if content.free else "OPAQUE",
        "status": "CONFIRMED",
        "dtstamp": now,
        "last-modified": now,
        "sequence": max(outgoing.sequence, _number(event.get("sequence")) + 1),
        REFERENCE: outgoing.reference,
        MARK: outgoing.mark,
    }
    for name in (*said, "duration", *REPEATING):
        event.pop(name, None)
    for name, value in said.items():
        if value != "":
            event.add(name, value)
    return event


def _content(event: Event) -> Content | None:
    """None for a whole day, a repetition, an hour without a zone, or what no calendar should say."""
    try:
        start, end = _moment(event.DTSTART), _moment(event.end)
    except Exception:  # noqa: BLE001 - whatever somebody else's file makes the parser raise
        return None
    if start is None or end is None or end <= start or any(name in event for name in REPEATING):
        return None
    return Content(
        starts_at=start.astimezone(UTC),
        ends_at=end.astimezone(UTC),
        place=one_line(str(event.get("location", ""))),
        title=one_line(str(event.get("summary", ""))),
        free=str(event.get("transp", "")).upper() == "TRANSPARENT",
    )


def _moment(value: object) -> datetime | None:
    return value if isinstance(value, datetime) and value.tzinfo is not None else None


def _number(value: object) -> int:
    return value if isinstance(value, int) and value >= 0 else 0


def _events(data: bytes) -> list[tuple[Calendar, Event]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            calendars: Any = Calendar.from_ical(data, multiple=True)
            return [(calendar, event) for calendar in calendars for event in calendar.walk("VEVENT")]
        except Exception:  # noqa: BLE001 - whatever somebody else's file makes the parser raise
            return []
