"""What else takes one's time in the Calendar, and what falls on the same hour."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling import queries
from scheduling.capacity import closure_days
from scheduling.enums import OFF_STATES, OutsideState
from scheduling.models import Appointment, BusyTime
from scheduling.working_days import holidays_between
from tenants.models import Membership
from tenants.requests import FirmRequest

SIGN = "\u26a0"
# Two arrows for what stands outside as well; the worst state is the last.
OUTSIDE_SIGNS = {
    OutsideState.LEFT_OUT: "",
    OutsideState.SYNCED: "\u21c4",
    OutsideState.PENDING: "\u21c4\u2026",
    OutsideState.CONFLICT: "\u21c4!",
    OutsideState.ERROR: "\u21c4!",
}
OUTSIDE_ORDER = list(OUTSIDE_SIGNS)


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


def note_conflicts(found: Sequence[Any], member: Membership) -> None:
    """The same for an agenda: each appointment carries whether its person has something else at that hour."""
    shown = [one for one in found if isinstance(one, Appointment)]
    if not shown:
        return
    times = queries.busy_times(member, min(one.starts_at for one in shown), max(one.ends_at for one in shown))
    events: list[tuple[int | None, dict[str, Any]]] = [
        *((one.assignee_id, _stretch(one, item=one, state=one.state)) for one in shown),
        *((member.pk, _stretch(time)) for time in times if not time.whole_day),
    ]
    mark_conflicts(events)
    for _whose, event in events:
        if event.get("conflict") and "item" in event:
            vars(event["item"])["conflict"] = True


def _stretch(one: Appointment | BusyTime, **about: object) -> dict[str, Any]:
    return {"title": "", "start": one.starts_at.isoformat(), "end": one.ends_at.isoformat(), **about}


def note_free_days(found: Sequence[Any], request: FirmRequest) -> None:
    """Each carries why its day is free of work: a holiday, a closure, one's own absence."""
    if not found:
        return
    days = [timezone.localdate(one.starts_at) for one in found]
    first, last = min(days), max(days)
    free = holidays_between(request.firm, first, last + timedelta(days=1)) | closure_days(
        request.membership, first, last
    )
    for one, day in zip(found, days, strict=True):
        vars(one)["free_day"] = free.get(day, "")


def mark_outside(found: Sequence[Appointment], shown: Sequence[dict[str, Any]], member: Membership) -> None:
    """How one's own stand in one's calendars outside: a sign in the title, its words in the state."""
    states = _outside_states([one.pk for one in found if one.assignee_id == member.pk], member)
    for one, event in zip(found, shown, strict=False):
        if one.pk in states:
            event["outside_state"] = states[one.pk].value
            event["title"] = f"{OUTSIDE_SIGNS[states[one.pk]]} {event['title']}".strip()


def note_outside(found: Sequence[Any], member: Membership) -> None:
    """The same for the agenda: each appointment carries its state."""
    own = [one for one in found if isinstance(one, Appointment) and one.assignee_id == member.pk]
    states = _outside_states([one.pk for one in own], member)
    for one in own:
        vars(one)["outside_state"] = states.get(one.pk)


def _outside_states(ids: Sequence[int], member: Membership) -> dict[int, OutsideState]:
    """Of two calendars the one that has to be looked at."""
    events = queries.events_outside(ids, member) if ids else ()
    ordered = sorted((OUTSIDE_ORDER.index(event.shown_state), event.appointment_id) for event in events)
    return {pk: OUTSIDE_ORDER[place] for place, pk in ordered}


def _mark(event: dict[str, Any]) -> None:
    if not event.get("conflict"):
        event["conflict"] = True
        event["title"] = f"{SIGN} {event['title']}"


def _takes_time(event: dict[str, Any]) -> bool:
    """At certain hours, and neither cancelled nor missed nor said to leave time free."""
    is_off = event.get("state") in OFF_STATES
    return not is_off and not event.get("allDay") and event.get("busy", True)


def _begins(event: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(event["start"])


def _ends(event: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(event["end"])


def _day_or_moment(at: datetime, *, whole_day: bool) -> str:
    local = timezone.localtime(at)
    return local.date().isoformat() if whole_day else local.isoformat()
