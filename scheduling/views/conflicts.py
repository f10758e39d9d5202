"""What else takes one's time in the Calendar, and what falls on the same hour."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling import queries
from scheduling.capacity import closure_days
from scheduling.enums import AppointmentState
from tenants.requests import FirmRequest

SIGN = "\u26a0"


def own_time(request: FirmRequest, start: datetime, end: datetime) -> list[dict[str, Any]]:
    """One's imported events, closures of the firm and absences, as events that cannot be moved."""
    times = queries.outside_times(request.membership, start, end)
    shown: list[dict[str, Any]] = [
        {
            "title": one.title or _("Taken"),
            "start": _day_or_moment(one.starts_at, whole_day=one.whole_day),
            "end": _day_or_moment(one.ends_at, whole_day=one.whole_day),
            "allDay": one.whole_day,
            "editable": False,
            "tone": "gray",
            "outside": True,
            "busy": one.busy,
        }
        for one in times
    ]
    closed = closure_days(request.membership, timezone.localdate(start), timezone.localdate(end))
    return shown + [
        {"title": reason, "start": day.isoformat(), "allDay": True, "editable": False, "tone": "gray"}
        for day, reason in closed.items()
    ]


def mark_conflicts(events: Sequence[tuple[int | None, dict[str, Any]]]) -> None:
    """Two things of one person at the same hour: both say so, in the title and not by colour alone."""
    held = [(whose, event) for whose, event in events if whose is not None and _takes_time(event)]
    held.sort(key=lambda pair: (pair[0], _begins(pair[1])))
    last: tuple[int, dict[str, Any]] | None = None
    for whose, event in held:
        if last is not None and last[0] == whose and _ends(last[1]) > _begins(event):
            _mark(last[1])
            _mark(event)
        if last is None or last[0] != whose or _ends(event) > _ends(last[1]):
            last = (whose, event)


def _mark(event: dict[str, Any]) -> None:
    if not event.get("conflict"):
        event["conflict"] = True
        event["title"] = f"{SIGN} {event['title']}"


def _takes_time(event: dict[str, Any]) -> bool:
    """At certain hours, and neither cancelled nor missed nor said to leave time free."""
    is_off = event.get("state") in (AppointmentState.CANCELLED, AppointmentState.NO_SHOW)
    return not is_off and not event.get("allDay") and event.get("busy", True)


def _begins(event: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(event["start"])


def _ends(event: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(event["end"])


def _day_or_moment(at: datetime, *, whole_day: bool) -> str:
    local = timezone.localtime(at)
    return local.date().isoformat() if whole_day else local.isoformat()
