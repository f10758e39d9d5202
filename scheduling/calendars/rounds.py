"""One round of one calendar: mark what changed here, read what changed there, write what waits."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from random import uniform

from django.utils import timezone

from scheduling.calendars.adapter import Adapter, NotAllowedError, TryLaterError
from scheduling.calendars.claims import (
    Claimed,
    LostLeaseError,
    calendars_due,
    claim,
    count_failure,
    holding,
    release,
)
from scheduling.calendars.marking import mark_changes
from scheduling.calendars.opening import opened
from scheduling.calendars.pulling import pull
from scheduling.calendars.pushing import due_again, push
from scheduling.enums import OutsideCalendarState, OutsideState
from tenants.binding import use_firm

logger = logging.getLogger(__name__)

# How often we ask what has changed there; nobody tells us.
EVERY = timedelta(minutes=5)
SHORTEST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=6)


def sync_due(firm_id: int) -> None:
    """Every calendar of one firm that has something to read or to write."""
    with use_firm(firm_id):
        waiting = calendars_due(timezone.now())
    for calendar_id in waiting:
        claimed = claim(firm_id, calendar_id)
        if claimed is not None:
            run_round(claimed)


def run_round(claimed: Claimed) -> None:
    """Whatever happens, the calendar is let go of, and what could not be done waits."""
    try:
        _round(claimed)
    except LostLeaseError:
        return
    except NotAllowedError as refused:
        release(claimed, state=OutsideCalendarState.REFUSED, last_error=refused.code)
    except TryLaterError as later:
        _rest(claimed, later.code, later.seconds)
    except Exception:
        logger.exception("The round of calendar %s of firm %s broke off.", claimed.calendar_id, claimed.firm_id)
        _rest(claimed, "failed", None)


def _round(claimed: Claimed) -> None:
    with holding(claimed) as calendar:
        mark_changes(calendar, at=timezone.now())
        is_idle = not calendar.events.filter(state=OutsideState.PENDING, available_at__lte=timezone.now()).exists()
    if is_idle and not claimed.reads:
        release(claimed)
        return
    adapter = opened(claimed)
    if claimed.reads:
        pull(claimed, adapter)
    is_all = push(claimed, adapter)
    _finish(claimed, adapter, is_all=is_all)


def _finish(claimed: Claimed, adapter: Adapter, *, is_all: bool) -> None:
    now = timezone.now()
    outcome: dict[str, object] = {"failures": 0, "last_error": "", "paused_until": None}
    with holding(claimed) as calendar:
        usual = now + EVERY if claimed.reads else calendar.next_at
    outcome["next_at"] = now if not is_all else _earlier(usual, due_again(claimed))
    if claimed.reads:
        outcome["synced_at"] = now
    account = getattr(adapter, "account", "")
    if account:
        outcome["account"] = account[:200]
    release(claimed, **outcome)


def _earlier(usual: datetime, other: datetime | None) -> datetime:
    return usual if other is None else min(usual, other)


def _rest(claimed: Claimed, code: str, seconds: float | None) -> None:
    """Longer after each failure in a row, and never shorter than the other side has asked for."""
    failures = count_failure(claimed)
    pause = min(SHORTEST_PAUSE * 2 ** min(failures - 1, 12), LONGEST_PAUSE) * uniform(0.9, 1.1)  # noqa: S311 - spread
    if seconds is not None:
        pause = max(timedelta(seconds=seconds), SHORTEST_PAUSE)
    release(claimed, last_error=code[:60], paused_until=timezone.now() + pause)
