"""Recording outcomes: one door for page, calendar, list, phone and API; atomic, and once for each appointment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import OuterRef
from django.utils.translation import gettext as _

from clients.enums import StatusCause
from clients.models import Client
from clients.services import move_statuses
from clients.signals import clients_changed
from outcomes.models import Activity, ActivityKindType, Fulfilment, Outcome, Relation
from outcomes.queries.parameters import parameters
from outcomes.services import rules
from outcomes.services.recording import OF_ACTIVITY, Effects, Ground, Recording, effects_of
from outcomes.services.tallies import enter_points
from scheduling.enums import AppointmentState
from scheduling.models import Appointment
from scheduling.services import add_appointments, is_still_to_come, lock_appointments, plan_again, write_recorded
from tenants import audit
from tenants.models import Membership

BATCH = 2_000
LONGEST_NOTE = 20_000
Refusals = dict[int, ValidationError]


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a batch: what was recorded, and why the rest was not, by the appointment's id."""

    fulfilments: list[Fulfilment]
    refused: Refusals


@transaction.atomic
def fulfil_appointment(
    appointment: Appointment,
    outcome: Outcome,
    *,
    by: Membership,
    at: datetime,
    note: str = "",
    activity: Activity | None = None,
) -> Fulfilment:
    """Record the outcome and all that follows from it, or nothing (IFY-37).

    Done again by the same person with the same outcome (a double click, a retry) it changes nothing and returns what
    was recorded; somebody else is told who was first.
    """
    recording = Recording(appointment=appointment, outcome=outcome, by=by, at=at, note=note, activity=activity)
    recorded = _record([recording], at=at)
    for refusal in recorded.refused.values():
        raise refusal
    return recorded.fulfilments[0]


@transaction.atomic
def fulfil_appointments(
    appointments: Iterable[Appointment], outcome: Outcome, *, by: Membership, at: datetime, note: str = ""
) -> Recorded:
    """The same outcome for several: those that cannot have it are left alone and told apart."""
    recordings = [Recording(appointment=each, outcome=outcome, by=by, at=at, note=note) for each in appointments]
    return _record(recordings, at=at)


@transaction.atomic
def enter_fulfilments(recordings: Sequence[Recording], *, at: datetime) -> list[Fulfilment]:
    """Many at once, each with its own outcome, author and moment: seeding, imports. All or nothing."""
    recorded = _record(recordings, at=at)
    if recorded.refused:
        raise ValidationError({str(pk): refusal.messages for pk, refusal in recorded.refused.items()})
    return recorded.fulfilments


def _record(recordings: Sequence[Recording], *, at: datetime) -> Recorded:
    """A handful of statements however many they are."""
    if not recordings:
        return Recorded([], {})
    locked = lock_appointments([recording.appointment.pk for recording in recordings])
    fresh = [
        _with(recording, locked[recording.appointment.pk]) for recording in recordings if _is_in(recording, locked)
    ]
    earlier = _fulfilments_of(locked)
    relations = rules.relations_of([each.outcome for each in fresh], {each.appointment.type_id for each in fresh})
    activities = _open_activities({each.appointment.client_id for each in fresh})
    refused = {each.appointment.pk: _gone() for each in recordings if not _is_in(each, locked)}
    accepted: list[tuple[Recording, Activity | None]] = []
    repeated: list[Fulfilment] = []
    seen: set[int] = set()
    for each in sorted(fresh, key=lambda one: (one.at, one.appointment.pk)):
        known = earlier.get(each.appointment.pk)
        if known is not None and _is_repeated(each, known):
            repeated.append(known)
            continue
        try:
            _check_once(each, seen)
            _check(each, known, relations)
            accepted.append((each, _activity_for(each, activities.get(each.appointment.client_id, []))))
        except ValidationError as refusal:
            refused[each.appointment.pk] = refusal
    made = _apply(accepted, relations, at=at) if accepted else []
    return Recorded([*made, *repeated], refused)


def _apply(
    accepted: list[tuple[Recording, Activity | None]], relations: dict[tuple[int, int], Relation], *, at: datetime
) -> list[Fulfilment]:
    clients = _lock_clients({recording.appointment.client_id for recording, _activity in accepted})
    ground = Ground(clients, relations, parameters(), rules.zone_of_firm())
    effects = effects_of(accepted, ground)
    _write(effects, at=at)
    _conclude(effects, at=at)
    return effects.fulfilments


def _write(effects: Effects, *, at: datetime) -> None:
    if effects.moves:
        changes = move_statuses([move for _made, move in effects.moves], at=at, cause=StatusCause.OUTCOME)
        for (made, _move), change in zip(effects.moves, changes, strict=True):
            made.status_change = change
    if effects.follow_ups:
        added = add_appointments([appointment for _made, appointment in effects.follow_ups])
        for (made, _planned), appointment in zip(effects.follow_ups, added, strict=True):
            made.follow_up = appointment
    Fulfilment.objects.bulk_create(effects.fulfilments, batch_size=BATCH)
    enter_points(effects.points)
    write_recorded(effects.appointments, at=at)
    write_activities(list(effects.activities.values()), at=at)


def write_activities(activities: Sequence[Activity], *, at: datetime) -> None:
    for activity in activities:
        activity.version, activity.updated_at = activity.version + 1, at
    names = [name.removesuffix("_id") for name in OF_ACTIVITY]
    if len(activities) == 1:
        activities[0].save(update_fields=[*names, "version", "updated_at"])
    elif activities:
        Activity.objects.bulk_update(activities, [*names, "version", "updated_at"], batch_size=500)


def _conclude(effects: Effects, *, at: datetime) -> None:
    """Audit, the plan of every client, and the word to who listens."""
    made = effects.fulfilments
    if len(made) == 1:
        audit.record("appointment.fulfilled", made[0].appointment, by=made[0].author, after=facts_of(made[0]))
    else:
        after = {"count": len(made), "outcomes": sorted({one.outcome.name for one in made})}
        audit.record("appointment.fulfilled", None, by=made[0].author, after=after)
    ids = sorted({one.client_id for one in made})
    plan_again(ids, at=at)
    clients_changed.send(Client, client_ids=ids, changed=frozenset({"status", "outcome"}))


def facts_of(made: Fulfilment) -> dict[str, object]:
    """What the trail keeps of a recording, in words: rows may be renamed."""
    return {
        "outcome": made.outcome.name,
        "points": made.points,
        "status": made.rule["status_name"] if made.to_status_id != made.from_status_id else "",
        "follow_up": made.follow_up_id,
        "activity": made.activity_id,
    }


def _check_once(recording: Recording, seen: set[int]) -> None:
    if recording.appointment.pk in seen:
        raise ValidationError(_("This appointment is named twice."), code="named_twice")
    seen.add(recording.appointment.pk)


def _check(recording: Recording, known: Fulfilment | None, relations: dict[tuple[int, int], Relation]) -> None:
    appointment, outcome = recording.appointment, recording.outcome
    if known is not None:
        raise _already(known)
    if appointment.state == AppointmentState.CANCELLED:
        raise ValidationError(_("A cancelled appointment has no outcome."), code="cancelled")
    if is_still_to_come(appointment, at=recording.at):
        raise ValidationError(_("This appointment is still to come."), code="still_to_come")
    if not outcome.active:
        raise _refusal("outcome", _("This outcome is no longer offered."), "outcome_not_active")
    if (appointment.type_id, outcome.pk) not in relations:
        raise _refusal("outcome", _("This outcome is not foreseen for the type."), "outcome_not_linked")
    if outcome.note_required and not recording.note.strip():
        raise _refusal("note", _("This outcome asks for a note."), "required")
    if len(recording.note) > LONGEST_NOTE:
        raise _refusal("note", _("This note is too long."), "max_length")


def _activity_for(recording: Recording, open_ones: list[Activity]) -> Activity | None:
    """The one chosen, else the only open one that contains the type, else none (O-27).

    One that was opened after what is entered of the past took place is not concerned by it.
    """
    chosen = recording.activity
    if chosen is not None:
        found = next((activity for activity in open_ones if activity.pk == chosen.pk), None)
        if found is None:
            raise _refusal("activity", _("This is no open activity of the client."), "activity_not_open")
        return found
    containing = [
        activity
        for activity in open_ones
        if activity.opened_at <= recording.at and recording.appointment.type_id in activity.kind_type_ids  # type: ignore[attr-defined]
    ]
    return containing[0] if len(containing) == 1 else None


def _lock_clients(ids: Iterable[int]) -> dict[int, Client]:
    rows = (
        Client.objects.filter(pk__in=ids).order_by("pk").select_related("advisor", "contact", "specialist", "profile")
    )
    return {client.pk: client for client in rows.select_for_update(of=("self",), no_key=True)}


def _open_activities(client_ids: Iterable[int]) -> dict[int, list[Activity]]:
    types = ActivityKindType.objects.filter(kind=OuterRef("kind")).order_by().values("type_id")
    rows = (
        Activity.objects.filter(client_id__in=client_ids, closed_at__isnull=True)
        .annotate(kind_type_ids=ArraySubquery(types))
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
    )
    found: dict[int, list[Activity]] = {}
    for activity in rows:
        found.setdefault(activity.client_id, []).append(activity)
    return found


def _fulfilments_of(locked: dict[int, Appointment]) -> dict[int, Fulfilment]:
    """Those in force."""
    rows = Fulfilment.objects.select_related("author", "outcome").filter(
        appointment__in=list(locked), undone_at__isnull=True
    )
    return {made.appointment_id: made for made in rows}


def _is_in(recording: Recording, locked: dict[int, Appointment]) -> bool:
    return recording.appointment.pk in locked


def _with(recording: Recording, appointment: Appointment) -> Recording:
    """The recording on the row as it is now."""
    return Recording(
        appointment=appointment,
        outcome=recording.outcome,
        by=recording.by,
        at=recording.at,
        note=recording.note,
        activity=recording.activity,
    )


def _is_repeated(recording: Recording, known: Fulfilment) -> bool:
    author = recording.by.pk if recording.by else None
    return known.author_id == author and known.outcome_id == recording.outcome.pk


def _already(known: Fulfilment) -> ValidationError:
    who = known.author.name if known.author else "–"
    return ValidationError(
        _("%(who)s has already recorded “%(outcome)s” for this appointment."),
        code="already_fulfilled",
        params={"who": who, "outcome": known.outcome.name},
    )


def _gone() -> ValidationError:
    return ValidationError(_("This appointment no longer exists."), code="gone")


def _refusal(field: str, words: str, code: str) -> ValidationError:
    return ValidationError({field: ValidationError(words, code=code)})
