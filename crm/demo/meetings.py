"""Two years of meetings and calls for the demo's clients: most as promised, some late, some forgotten."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from scheduling.cadence import add_months, interval
from scheduling.enums import AppointmentState

_HOURS = (time(9), time(9, 30), time(10, 30), time(11, 30), time(14, 30), time(15), time(16), time(17), time(18))
_PLACES = ("In ufficio", "In ufficio", "In ufficio", "Da lui", "Videochiamata")
_HISTORY = timedelta(days=730)


@dataclass(frozen=True)
class Relationship:
    """What the demo needs to know of a client to invent his past."""

    client_id: int
    advisor_id: int | None
    yearly_meetings: int


@dataclass(frozen=True)
class Past:
    """One appointment of the story, before a service has accepted it."""

    client_id: int
    assignee_id: int | None
    starts_at: datetime
    ends_at: datetime
    state: AppointmentState
    place: str
    is_call: bool


def story(clients: Sequence[Relationship], *, now: datetime, zone: str, seed: int) -> Iterator[Past]:
    """Every appointment of the last two years and of the coming weeks, client by client."""
    dice = Random(seed)  # noqa: S311 - believable, not secret
    for client in clients:
        yield from _of_client(client, now=now, zone=ZoneInfo(zone), dice=dice)


def _of_client(client: Relationship, *, now: datetime, zone: ZoneInfo, dice: Random) -> Iterator[Past]:
    fate = dice.random()
    if fate < 0.05:
        return  # never met: the list of REL-52
    today = now.astimezone(zone).date()
    last = today - timedelta(days=_days_since_last(client.yearly_meetings, fate, dice))
    for day in _days_back(last, client.yearly_meetings, today - _HISTORY, dice):
        missed = day != last and dice.random() < 0.04
        state = AppointmentState.NO_SHOW if missed else AppointmentState.HELD
        yield _appointment(client, _working_day(day), zone, dice, state)
        if dice.random() < 0.35:
            call = _working_day(day + timedelta(days=dice.randint(5, 25)))
            if call < today:
                yield _appointment(client, call, zone, dice, AppointmentState.HELD, is_call=True)
    if dice.random() < 0.17:
        coming = _working_day(today + timedelta(days=dice.randint(0, 30)), forward=True)
        yield _appointment(client, coming, zone, dice, AppointmentState.PLANNED)


def _days_since_last(yearly_meetings: int, fate: float, dice: Random) -> int:
    """On average two thirds of the interval ago; one client in six was let slip."""
    days = 365 // yearly_meetings
    if fate < 0.13:
        return days + dice.randint(5, 90)
    if fate < 0.21:
        return max(3, days - dice.randint(0, 7))
    return dice.randint(3, max(4, days - 10))


def _days_back(last: date, yearly_meetings: int, first: date, dice: Random) -> Iterator[date]:
    step = interval(yearly_meetings)
    day = last
    while day >= first:
        yield day
        earlier = add_months(day, -step.months) if step.months else day - timedelta(days=step.days)
        day = earlier - timedelta(days=dice.randint(-12, 25))


def _appointment(
    client: Relationship, day: date, zone: ZoneInfo, dice: Random, state: AppointmentState, *, is_call: bool = False
) -> Past:
    starts_at = datetime.combine(day, dice.choice(_HOURS), zone)
    return Past(
        client_id=client.client_id,
        assignee_id=client.advisor_id,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=15 if is_call else 60),
        state=state,
        place="" if is_call else dice.choice(_PLACES),
        is_call=is_call,
    )


def _working_day(day: date, *, forward: bool = False) -> date:
    while day.weekday() > 4:
        day += timedelta(days=1 if forward else -1)
    return day
