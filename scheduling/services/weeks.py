"""Accept a proposal for some weeks in one step, and take it back in one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from scheduling import queries
from scheduling.enums import AppointmentOrigin, AppointmentState
from scheduling.hours import fits
from scheduling.models import Appointment, AppointmentType, PlannedVisit, PlannedWeeks
from scheduling.services.consequences import plan_again
from scheduling.services.entering import NewAppointment, enter_appointments
from scheduling.week_planning import Outlook, due_clients, outlook, propose_weeks
from tenants import audit
from tenants.models import Membership


@dataclass(frozen=True, slots=True)
class Choice:
    """A client and when he is to be met: as proposed, or as it was adjusted."""

    client_id: int
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class _Placed:
    client_id: int
    on: date
    start: int
    end: int


@transaction.atomic
def accept_weeks(
    member: Membership, choices: Sequence[Choice], *, weeks: int, by: Membership, at: datetime
) -> PlannedWeeks:
    """All or nothing: every meeting lies within working hours, beside what the calendar has, and keeps the cadence.

    Two who plan the same calendar at once wait for each other. A refusal names the client: ``{"17": [...]}``.
    """
    Membership.objects.select_for_update(no_key=True).get(pk=member.pk)
    kind = queries.default_meeting_type()
    if kind is None:
        raise ValidationError(_("The firm has no type of meeting."), code="no_type")
    if not choices:
        raise ValidationError(_("Choose at least one meeting."), code="required")
    seen = outlook(member, weeks=weeks, at=at)
    placed = [_placed(choice, seen) for choice in choices]
    refusals = dict(_refusals(placed, seen, _latest(member, weeks=weeks, by=by, at=at)))
    if refusals:
        raise ValidationError({str(pk): [refusal] for pk, refusal in refusals.items()})
    return _enter(member, placed, seen, kind, by=by, at=at)


@transaction.atomic
def undo_weeks(planned: PlannedWeeks, *, by: Membership, at: datetime) -> PlannedWeeks:
    """Its appointments go as if they had never been; those that somebody has touched since stay, and are counted."""
    locked: PlannedWeeks = PlannedWeeks.objects.select_for_update(of=("self",)).get(pk=planned.pk)
    if locked.undone_at is not None:
        raise ValidationError(_("These weeks have been taken back already."), code="undone")
    untouched = Appointment.objects.filter(
        planned_visits__weeks=locked, state=AppointmentState.PLANNED, version=1, taken_by__isnull=True
    )
    going = dict(untouched.values_list("pk", "client_id"))
    PlannedVisit.objects.filter(weeks=locked, appointment_id__in=going).delete()
    Appointment.objects.filter(pk__in=going).delete()
    locked.kept, locked.undone_at, locked.undone_by = locked.made - len(going), at, by
    locked.save(update_fields=["kept", "undone_at", "undone_by"])
    audit.record("weeks.undone", locked.member, by=by, after={"removed": len(going), "kept": locked.kept})
    plan_again(set(going.values()), at=at)
    return locked


def _enter(
    member: Membership,
    placed: Sequence[_Placed],
    seen: Outlook,
    kind: AppointmentType,
    *,
    by: Membership,
    at: datetime,
) -> PlannedWeeks:
    entries = [
        NewAppointment(
            client_id=one.client_id,
            type=kind,
            starts_at=seen.moment(one.on, one.start),
            ends_at=seen.moment(one.on, one.end),
            assignee=member,
        )
        for one in placed
    ]
    made = enter_appointments(entries, by=by, at=at, origin=AppointmentOrigin.REMINDER)
    planned: PlannedWeeks = PlannedWeeks.objects.create(member=member, by=by, at=at, made=len(made))
    PlannedVisit.objects.bulk_create(PlannedVisit(weeks=planned, appointment=one) for one in made)
    audit.record("weeks.planned", member, by=by, after={"made": len(made)})
    return planned


def _placed(choice: Choice, seen: Outlook) -> _Placed:
    local = choice.starts_at.astimezone(ZoneInfo(seen.firm.time_zone))
    start = local.hour * 60 + local.minute
    return _Placed(choice.client_id, local.date(), start, start + seen.worker.week.meeting_minutes)


def _latest(member: Membership, *, weeks: int, by: Membership, at: datetime) -> dict[int, date]:
    """Up to when each client who is due may be met: his date, or the first day that has room for him."""
    seen, proposal = propose_weeks(member, weeks=weeks, by=by, at=at)
    due = dict(due_clients(member, by=by, until=seen.end).values_list("client_id", "due_on"))
    proposed = {visit.client_id: visit.on for visit in proposal.visits}
    return {pk: max(due_on, proposed.get(pk, due_on)) for pk, due_on in due.items() if due_on is not None}


def _refusals(
    placed: Sequence[_Placed], seen: Outlook, latest: dict[int, date]
) -> Iterator[tuple[int, ValidationError]]:
    taken: dict[date, list[tuple[int, int]]] = {}
    known: set[int] = set()
    working = set(seen.worker.free.working(seen.start, seen.end))
    for one in placed:
        own = taken.setdefault(one.on, [])
        if one.client_id not in latest or one.client_id in known:
            yield one.client_id, ValidationError(_("This client is not due any more."), code="not_due")
        elif one.on not in working or not fits(seen.worker.week.on(one.on), one.start, one.end):
            yield one.client_id, ValidationError(_("Outside the working hours."), code="outside_hours")
        elif not seen.is_free(one.on, one.start, one.end) or any(s < one.end and one.start < e for s, e in own):
            yield one.client_id, ValidationError(_("The calendar has something else there."), code="conflict")
        elif one.on > latest[one.client_id]:
            yield one.client_id, ValidationError(_("This is after his date."), code="after_due")
        own.append((one.start, one.end))
        known.add(one.client_id)
    yield from _too_many(placed, seen)


def _too_many(placed: Sequence[_Placed], seen: Outlook) -> Iterator[tuple[int, ValidationError]]:
    most = seen.worker.week.most_a_day
    by_day: dict[date, list[_Placed]] = {}
    for one in placed:
        by_day.setdefault(one.on, []).append(one)
    for day, own in by_day.items():
        if most is not None and len(own) + len(seen.taken.get(day, [])) > most:
            yield own[-1].client_id, ValidationError(_("More meetings than this day may hold."), code="too_many")
