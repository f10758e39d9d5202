"""Writing what waits, one event after the other: noted and committed, said, written down what became of it.

Whatever is tried again meets the same event, since its key follows from the appointment; a version that somebody else
has written meanwhile is never overwritten unseen (If-Match, If-None-Match).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from django.utils import timezone

from scheduling.calendars.absorbing import absorb, state_after
from scheduling.calendars.adapter import Adapter, ChangedError, MissingError, NotTakenError, Outgoing
from scheduling.calendars.agreement import base_of, digest_of
from scheduling.calendars.claims import Claimed, holding
from scheduling.calendars.contents import appointments_of_calendar, content_of, reference_of
from scheduling.enums import OutsideState
from scheduling.models import OutsideCalendar, OutsideEvent

MOST_AT_ONCE = 500
MOST_ATTEMPTS = 8
# So many attempts whose end we never heard of are remembered.
MOST_TRIED = 10
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One event to be written, or (``outgoing`` None) to be removed."""

    pk: int
    key: str
    etag: str
    outgoing: Outgoing | None


def push(claimed: Claimed, adapter: Adapter) -> bool:
    """Write what is due, oldest first; whether all of it was."""
    for _number in range(MOST_AT_ONCE):
        attempt = _next(claimed)
        if attempt is None:
            return True
        try:
            _try(claimed, adapter, attempt)
        except NotTakenError as refused:
            _failed(claimed, attempt, refused.code)
        except (ChangedError, MissingError):
            # Changed once more while it was looked at: it waits for its next turn.
            continue
    return False


def _try(claimed: Claimed, adapter: Adapter, attempt: Attempt) -> None:
    if attempt.outgoing is None:
        adapter.remove(attempt.key)
        _removed(claimed, attempt)
        return
    try:
        etag = _write(adapter, attempt.outgoing, attempt.etag)
    except ChangedError:
        _look_again(claimed, adapter, attempt)
    except MissingError:
        with holding(claimed) as calendar:
            absorb(calendar, _event(calendar, attempt), None, at=timezone.now())
    else:
        _written(claimed, attempt, attempt.outgoing, etag)


def _write(adapter: Adapter, outgoing: Outgoing, etag: str) -> str:
    return adapter.update(outgoing, etag=etag) if etag else adapter.create(outgoing)


def _look_again(claimed: Claimed, adapter: Adapter, attempt: Attempt) -> None:
    """It is another version than we knew: lay it beside ours. A deleted one is brought back under the same key."""
    seen = adapter.look(attempt.key)
    if seen is not None and seen.gone and attempt.outgoing is not None and not attempt.etag:
        etag = adapter.update(attempt.outgoing, etag=seen.etag)
        _written(claimed, attempt, attempt.outgoing, etag)
        return
    with holding(claimed) as calendar:
        absorb(calendar, _event(calendar, attempt), seen, at=timezone.now())


def _next(claimed: Claimed) -> Attempt | None:
    """What has waited longest; how it is going to be written is committed first."""
    now = timezone.now()
    with holding(claimed) as calendar:
        waiting = calendar.events.filter(state=OutsideState.PENDING, available_at__lte=now)
        event: OutsideEvent | None = waiting.order_by("available_at", "pk").first()
        if event is None:
            return None
        event.attempts += 1
        appointment = None
        if not event.left_out:
            appointment = appointments_of_calendar(calendar).filter(pk=event.appointment_id).first()
        if appointment is None:
            event.save(update_fields=["attempts"])
            return Attempt(event.pk, event.outside_id, event.etag, None)
        content, mark = content_of(appointment), uuid4().hex
        event.tried = dict([*event.tried.items(), (mark, base_of(content))][-MOST_TRIED:])
        event.sequence += 1
        event.available_at = now + _pause(event.attempts)
        event.save(update_fields=["attempts", "tried", "sequence", "available_at"])
        reference = reference_of(claimed.firm_id, calendar.member_id, appointment.pk)
        outgoing = Outgoing(event.outside_id, reference, mark, event.sequence, content)
        return Attempt(event.pk, event.outside_id, event.etag, outgoing)


def _written(claimed: Claimed, attempt: Attempt, outgoing: Outgoing, etag: str) -> None:
    with holding(claimed) as calendar:
        event = _event(calendar, attempt)
        event.etag, event.base, event.tried = etag, base_of(outgoing.content), {}
        event.written, event.synced_at = digest_of(outgoing.content), timezone.now()
        event.attempts, event.last_error, event.state = 0, "", state_after(event.note)
        event.save()


def _removed(claimed: Claimed, attempt: Attempt) -> None:
    """Of an appointment that is to stay out the row remains, to say so."""
    with holding(claimed) as calendar:
        event = _event(calendar, attempt)
        if not event.left_out:
            event.delete()
            return
        event.etag, event.base, event.tried, event.written, event.note = "", {}, {}, "", ""
        event.state, event.attempts, event.last_error = OutsideState.LEFT_OUT, 0, ""
        event.save()


def _failed(claimed: Claimed, attempt: Attempt, code: str) -> None:
    """Refused for what it says: tried again later, then given up until the appointment changes."""
    with holding(claimed) as calendar:
        event = _event(calendar, attempt)
        event.last_error = code[:60]
        event.available_at = timezone.now() + _pause(event.attempts)
        if event.attempts >= MOST_ATTEMPTS:
            event.state = OutsideState.ERROR
        event.save(update_fields=["last_error", "available_at", "state"])


def _event(calendar: OutsideCalendar, attempt: Attempt) -> OutsideEvent:
    """Ours alone while the lease is."""
    event: OutsideEvent = calendar.events.select_for_update(of=("self",)).get(pk=attempt.pk)
    return event


def _pause(attempts: int) -> timedelta:
    return MINUTE * min(1 << min(attempts, 10), 360)


def due_again(claimed: Claimed) -> datetime | None:
    """When the first of what still waits is to be tried."""
    with holding(claimed) as calendar:
        waiting = calendar.events.filter(state=OutsideState.PENDING).order_by("available_at")
        found: datetime | None = waiting.values_list("available_at", flat=True).first()
        return found
